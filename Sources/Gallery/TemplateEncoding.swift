import Core

/// How embeddings are stored.
public enum TemplateEncoding: String, Sendable, CaseIterable {
  /// Four bytes a dimension, as they are.
  case float32
  /// One byte a dimension, as in the FaceNet paper (section 5.2), after a scale of four bytes: a number is its byte, -127 to
  /// 127, times the scale, which is the largest magnitude over 127.
  case byte

  func bytes(dimension: Int) -> Int { self == .float32 ? 4 * dimension : 4 + dimension }

  func encode(_ vector: some Collection<Float>) -> [UInt8] {
    let size = bytes(dimension: vector.count)
    return [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
      let bytes = UnsafeMutableRawBufferPointer(bytes)
      func store(_ value: Float, _ offset: Int) {
        bytes.storeBytes(of: value.bitPattern.littleEndian, toByteOffset: offset, as: UInt32.self)
      }
      if self == .float32 {
        for (place, value) in vector.enumerated() { store(value, 4 * place) }
      } else {
        let largest = vector.reduce(0) { max($0, abs($1)) }
        let scale = max(largest / 127, .leastNormalMagnitude)
        store(scale, 0)
        for (place, value) in vector.enumerated() {
          bytes[4 + place] = UInt8(bitPattern: Int8(max(-127, min(127, (value / scale).rounded()))))
        }
      }
      count = size
    }
  }

  /// Adds the numbers of an embedding to `vector`.
  /// - Throws: `corrupt` for a wrong count of bytes.
  func decode(_ bytes: UnsafeRawBufferPointer, dimension: Int, to vector: inout [Float]) throws(FacenetError) {
    guard bytes.count == self.bytes(dimension: dimension) else {
      throw FacenetError(
        .corrupt,
        "an embedding of \(dimension) numbers has \(self.bytes(dimension: dimension)) bytes, got \(bytes.count)")
    }
    func number(_ offset: Int) -> Float {
      Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }
    if self == .float32 {
      vector.append(contentsOf: (0..<dimension).lazy.map { number(4 * $0) })
    } else {
      let scale = number(0)
      vector.append(contentsOf: (0..<dimension).lazy.map { Float(Int8(bitPattern: bytes[4 + $0])) * scale })
    }
  }

  func decode(_ bytes: UnsafeRawBufferPointer, dimension: Int) throws(FacenetError) -> [Float] {
    var vector: [Float] = []
    try decode(bytes, dimension: dimension, to: &vector)
    return vector
  }
}
