/// Pseudo-random numbers that a seed decides (SplitMix64; Steele, Lea and Flood 2014). One thread at a time.
struct Draws {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// From -1 to 1.
  mutating func nextSigned() -> Float { Float(Int32(truncatingIfNeeded: next() >> 32)) * 0x1p-31 }

  /// `wanted` different indices below `count`, or all of them, ascending: one from each of equal stretches.
  mutating func sample(_ wanted: Int, of count: Int) -> [Int] {
    guard wanted < count else { return Array(0..<count) }
    return (0..<wanted).map { i in
      let (start, end) = (count * i / wanted, count * (i + 1) / wanted)
      return start + Int(next() % UInt64(end - start))
    }
  }
}
