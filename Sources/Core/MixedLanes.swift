/// Eight lanes of 64 bits that take in bytes as fast as memory is read, by xor, multiplication with an odd number and
/// rotation. Each step can be undone, so bytes that differ within one 8-byte word never leave the lanes alike.
///
/// No protection against somebody who wants two pieces of data that are alike.
package struct MixedLanes {
  package static let multiplier: UInt64 = 0x9e37_79b9_7f4a_7c15
  package private(set) var lanes = SIMD8<UInt64>(1, 2, 3, 4, 5, 6, 7, 8) &* SIMD8(repeating: multiplier)

  package init() {}

  /// Takes in 64 bytes at a time, the last filled up with zeros.
  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    var offset = 0
    while offset &+ 64 <= bytes.count {
      mix(bytes.loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt64>.self))
      offset &+= 64
    }
    guard offset < bytes.count else { return }
    var rest = SIMD8<UInt64>()
    withUnsafeMutableBytes(of: &rest) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset...])) }
    mix(rest)
  }

  @inline(__always) private mutating func mix(_ words: SIMD8<UInt64>) {
    for lane in 0..<8 {
      let mixed = (lanes[lane] ^ words[lane].littleEndian) &* Self.multiplier
      lanes[lane] = mixed << 31 | mixed >> 33
    }
  }
}
