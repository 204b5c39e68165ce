import Core

/// Reads protocol buffers field by field (the encoding as protobuf.dev documents it). Borrows the bytes.
struct WireReader {
  /// One field: its number and what its wire type carries.
  struct Field {
    enum Value {
      case varint(UInt64)
      case fixed64(UInt64)
      case bytes(UnsafeRawBufferPointer)
      case fixed32(UInt32)
    }

    let number: Int
    let value: Value
  }

  private var reader: ByteReader

  init(_ bytes: UnsafeRawBufferPointer) { reader = ByteReader(bytes) }

  /// The next field, nil at the end of the message.
  /// - Throws: `corrupt` for a field that is cut off, a group, or field number 0.
  mutating func next() throws(FacenetError) -> Field? {
    guard !reader.isAtEnd else { return nil }
    let tag = try varint()
    guard let number = Int(exactly: tag >> 3), number > 0, number < 1 << 29 else {
      throw FacenetError(.corrupt, "field number \(tag >> 3) at offset \(reader.offset)")
    }
    switch tag & 7 {
    case 0: return Field(number: number, value: .varint(try varint()))
    case 1: return Field(number: number, value: .fixed64(try reader.readInteger(UInt64.self, .little)))
    case 2: return Field(number: number, value: .bytes(try lengthDelimited()))
    case 5: return Field(number: number, value: .fixed32(try reader.readInteger(UInt32.self, .little)))
    default: throw FacenetError(.corrupt, "wire type \(tag & 7) of field \(number) at offset \(reader.offset)")
    }
  }

  private mutating func lengthDelimited() throws(FacenetError) -> UnsafeRawBufferPointer {
    let count = try varint()
    guard let count = Int(exactly: count) else {
      throw FacenetError(.corrupt, "a field of \(count) bytes at offset \(reader.offset)")
    }
    return try reader.read(count)
  }

  private mutating func varint() throws(FacenetError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      let byte = try reader.readInteger(UInt8.self, .little)
      guard shift < 63 || byte < 2 else { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    throw FacenetError(.corrupt, "a number of more than 64 bits at offset \(reader.offset)")
  }

  /// Every varint of a packed field.
  static func varints(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) -> [UInt64] {
    var reader = WireReader(bytes)
    var values: [UInt64] = []
    while !reader.reader.isAtEnd { values.append(try reader.varint()) }
    return values
  }
}

extension WireReader.Field {
  func integer() throws(FacenetError) -> Int {
    guard case .varint(let value) = value else { throw mismatch("a varint") }
    return Int(truncatingIfNeeded: value)
  }

  func float() throws(FacenetError) -> Float {
    guard case .fixed32(let bits) = value else { throw mismatch("four bytes") }
    return Float(bitPattern: bits)
  }

  func bytes() throws(FacenetError) -> UnsafeRawBufferPointer {
    guard case .bytes(let bytes) = value else { throw mismatch("bytes") }
    return bytes
  }

  /// Text; what is not UTF-8 is repaired, since names are compared and shown only.
  func string() throws(FacenetError) -> String { String(decoding: try bytes(), as: UTF8.self) }

  /// One number or a packed run of them.
  func integers() throws(FacenetError) -> [Int] {
    if case .varint(let value) = value { return [Int(truncatingIfNeeded: value)] }
    return try WireReader.varints(try bytes()).map { Int(truncatingIfNeeded: $0) }
  }

  /// One number or a packed run of them, four or eight bytes each.
  func fixed<Value: FixedWidthInteger>(_: Value.Type) throws(FacenetError) -> [Value] {
    switch value {
    case .fixed32(let bits): return [Value(truncatingIfNeeded: bits)]
    case .fixed64(let bits): return [Value(truncatingIfNeeded: bits)]
    case .varint: throw mismatch("packed numbers")
    case .bytes(let bytes):
      let size = MemoryLayout<Value>.size
      guard bytes.count % size == 0 else { throw mismatch("numbers of \(size) bytes") }
      return (0..<bytes.count / size).map {
        Value(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * size, as: Value.self))
      }
    }
  }

  private func mismatch(_ wanted: String) -> FacenetError {
    FacenetError(.corrupt, "field \(number) does not hold \(wanted)")
  }
}
