/// Tells large pieces of data apart, as fast as memory is read: no protection against somebody who wants two that are
/// alike.
///
/// Eight lanes of 64 bits take in the bytes by steps that can be undone; what they hold in the end goes through SHA-256.
package struct Fingerprint {
  private static let multiplier: UInt64 = 0x9e37_79b9_7f4a_7c15
  private var lanes = SIMD8<UInt64>(1, 2, 3, 4, 5, 6, 7, 8) &* SIMD8(repeating: multiplier)

  package init() {}

  /// Takes in a piece and its length, so that pieces do not run together.
  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    var offset = 0
    while offset &+ 64 <= bytes.count {
      mix(bytes.loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt64>.self))
      offset &+= 64
    }
    var rest = SIMD8<UInt64>()
    withUnsafeMutableBytes(of: &rest) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset...])) }
    mix(rest)
    mix(SIMD8(repeating: UInt64(bytes.count).littleEndian))
  }

  /// 64 hexadecimal digits.
  package var text: String {
    var bytes: [UInt8] = []
    for lane in 0..<8 { withUnsafeBytes(of: lanes[lane].littleEndian) { bytes += $0 } }
    return SHA256.digest(bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @inline(__always) private mutating func mix(_ words: SIMD8<UInt64>) {
    for lane in 0..<8 {
      let mixed = (lanes[lane] ^ words[lane].littleEndian) &* Self.multiplier
      lanes[lane] = mixed << 31 | mixed >> 33
    }
  }
}
