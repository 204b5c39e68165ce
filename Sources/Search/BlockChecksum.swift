/// The checksum of a block of an index file: eight 64-bit lanes, mixed by xor, rotation and multiplication with an odd
/// number. Each step can be undone, so blocks that differ within one 8-byte word never have the same checksum.
enum BlockChecksum {
  static let blockBytes = 64 << 10
  private static let multiplier: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// - Parameter seed: where the block stands, so that blocks in each other's place show.
  static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    var lanes = SIMD8<UInt64>(1, 2, 3, 4, 5, 6, 7, 8) &* SIMD8(repeating: multiplier)
    var offset = 0
    while offset &+ 64 <= bytes.count {
      mix(&lanes, bytes.loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt64>.self))
      offset &+= 64
    }
    if offset < bytes.count {
      var rest = SIMD8<UInt64>()
      withUnsafeMutableBytes(of: &rest) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset...])) }
      mix(&lanes, rest)
    }
    var sum = seed ^ UInt64(bytes.count) &* multiplier
    for lane in 0..<8 {
      sum = (sum ^ lanes[lane]) &* multiplier
      sum ^= sum >> 29
    }
    return sum
  }

  @inline(__always) private static func mix(_ lanes: inout SIMD8<UInt64>, _ words: SIMD8<UInt64>) {
    for lane in 0..<8 {
      let mixed = (lanes[lane] ^ words[lane].littleEndian) &* multiplier
      lanes[lane] = mixed << 31 | mixed >> 33
    }
  }
}
