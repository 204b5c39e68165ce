import Core

/// The checksum of a block of an index file. Blocks that differ within one 8-byte word never have the same.
enum BlockChecksum {
  static let blockBytes = 64 << 10

  /// - Parameter seed: where the block stands, so that blocks in each other's place show.
  static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    var mixed = MixedLanes()
    mixed.append(bytes)
    var sum = seed ^ UInt64(bytes.count) &* MixedLanes.multiplier
    for lane in 0..<8 {
      sum = (sum ^ mixed.lanes[lane]) &* MixedLanes.multiplier
      sum ^= sum >> 29
    }
    return sum
  }
}
