/// A cursor over untrusted bytes in memory: every read is checked against the end.
///
/// Borrows the memory; the caller keeps it alive. One thread at a time.
package struct ByteReader {
  package enum Order { case little, big }

  package let bytes: UnsafeRawBufferPointer
  package private(set) var offset = 0

  package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  package var remaining: Int { bytes.count - offset }
  package var isAtEnd: Bool { offset == bytes.count }

  /// Moves the cursor to `position`, which may be the end.
  package mutating func seek(to position: Int) throws(FacenetError) {
    guard position >= 0, position <= bytes.count else {
      throw FacenetError(.corrupt, "offset \(position) lies outside \(bytes.count) bytes")
    }
    offset = position
  }

  package mutating func skip(_ count: Int) throws(FacenetError) { _ = try read(count) }

  /// The next `count` bytes, not copied.
  package mutating func read(_ count: Int) throws(FacenetError) -> UnsafeRawBufferPointer {
    guard count >= 0, count <= remaining else {
      throw FacenetError(.corrupt, "\(count) bytes wanted at offset \(offset) but only \(remaining) are left")
    }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  package mutating func readInteger<Value: FixedWidthInteger>(_: Value.Type = Value.self, _ order: Order)
    throws(FacenetError) -> Value
  {
    let raw = try read(MemoryLayout<Value>.size).loadUnaligned(as: Value.self)
    return order == .little ? Value(littleEndian: raw) : Value(bigEndian: raw)
  }
}
