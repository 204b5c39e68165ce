import Kernels

/// The places with the lowest scores among all that were offered: the `limit` lowest, and those that are at most `margin`
/// above the highest of these. Which they are does not depend on the order in which they were offered.
///
/// One thread at a time.
package struct LowestScores {
  private static let fewest = 128

  package let limit: Int
  package let margin: Float
  /// Only scores below this still matter.
  package private(set) var bound = Float.infinity
  private var places: [Int32] = []
  private var scores: [Float] = []
  /// How many are kept by now.
  package private(set) var count = 0
  private var pruneFrom: Int

  /// - Parameter limit: at least 1.
  package init(limit: Int, margin: Float = 0) {
    self.limit = limit
    self.margin = margin
    pruneFrom = max(2 * limit, Self.fewest)
  }

  /// Offers the scores of the places from `first` on.
  /// - Parameters:
  ///   - count: a multiple of `Scores.step`.
  ///   - allowed: the places that may be taken; nil for all.
  package mutating func offer(
    _ offered: UnsafePointer<Float>, count offeredCount: Int, first: Int, allowed: SlotSet? = nil
  ) {
    if bound == .infinity, allowed == nil { lowerBound(offered, count: offeredCount) }
    keep(offered, count: offeredCount, first: first, allowed)
    if count >= pruneFrom { prune() }
  }

  /// Bounds the scores before any of them is kept: at least `limit` of them are as low as the `limit` lowest of the
  /// minima of groups.
  private mutating func lowerBound(_ offered: UnsafePointer<Float>, count offeredCount: Int) {
    let vectors = offeredCount / Lanes.scalarCount
    let groups = min(vectors, (limit + 3) / 4)
    guard groups > 0, groups * Lanes.scalarCount >= limit, vectors >= 4 * groups else { return }
    withUnsafeTemporaryAllocation(of: Lanes.self, capacity: groups) { minima in
      for group in 0..<groups {
        var lowest = Lanes(repeating: .infinity)
        for vector in stride(from: group, to: vectors, by: groups) {
          let next = UnsafeRawPointer(offered + vector * Lanes.scalarCount).loadUnaligned(as: Lanes.self)
          lowest.replace(with: next, where: next .< lowest)
        }
        minima[group] = lowest
      }
      minima.withMemoryRebound(to: Float.self) {
        bound = (Self.selecting(limit - 1, of: UnsafeBufferPointer($0)) + margin).nextUp
      }
    }
  }

  private mutating func keep(
    _ offered: UnsafePointer<Float>, count offeredCount: Int, first: Int, _ allowed: SlotSet?
  ) {
    reserve(count + offeredCount)
    let (start, bound) = (count, bound)
    let kept = places.withUnsafeMutableBufferPointer { places in
      scores.withUnsafeMutableBufferPointer { scores in
        let found = Scores.keep(
          offered, count: offeredCount, below: bound, first: first, places: places.baseAddress! + start,
          kept: scores.baseAddress! + start)
        guard let allowed else { return found }
        var kept = start
        for i in start..<start + found where allowed.contains(Int(places[i])) {
          (places[kept], scores[kept]) = (places[i], scores[i])
          kept += 1
        }
        return kept - start
      }
    }
    count += kept
  }

  package mutating func offer(_ score: Float, place: Int) {
    guard score < bound else { return }
    reserve(count + 1)
    (places[count], scores[count]) = (Int32(place), score)
    count += 1
    if count >= pruneFrom { prune() }
  }

  package mutating func offer(_ other: LowestScores) {
    for i in 0..<other.count { offer(other.scores[i], place: Int(other.places[i])) }
  }

  /// The places, in no order that matters.
  package mutating func take() -> ArraySlice<Int32> {
    prune()
    return places[..<count]
  }

  /// The places, the lowest score first, of equal ones the lower place first.
  package mutating func takeInOrder() -> [Int32] {
    prune()
    var ordered = (0..<count).map { i in
      Int64(Self.inOrder(Int32(bitPattern: scores[i].bitPattern))) << 32 | Int64(places[i])
    }
    ordered.sort()
    return ordered.map { Int32(truncatingIfNeeded: $0) }
  }

  private mutating func reserve(_ wanted: Int) {
    guard wanted > places.count else { return }
    let more = max(wanted, 2 * places.count) - places.count
    places.append(contentsOf: repeatElement(0, count: more))
    scores.append(contentsOf: repeatElement(0, count: more))
  }

  /// Lowers the bound to what counts by now and drops what lies above it.
  private mutating func prune() {
    guard count > limit else { return }
    let (found, limit, margin) = (count, limit, margin)
    (bound, count) = places.withUnsafeMutableBufferPointer { places in
      scores.withUnsafeMutableBufferPointer { scores in
        let highest = Self.selecting(limit - 1, of: UnsafeBufferPointer(rebasing: scores[..<found]))
        let bound = (highest + margin).nextUp
        var kept = 0
        for i in 0..<found {
          let score = scores[i]
          (places[kept], scores[kept]) = (places[i], score)
          kept += score < bound ? 1 : 0
        }
        return (bound, kept)
      }
    }
    pruneFrom = max(2 * max(limit, count), Self.fewest)
  }

  /// The value that `rank` values precede in ascending order.
  ///
  /// The range it lies in is halved until one value is left: some ten rounds read all values, without a branch that
  /// depends on any.
  static func selecting(_ rank: Int, of values: UnsafeBufferPointer<Float>) -> Float {
    var (low, high) = range(values)
    if rank == 0 || count(values, notAbove: low) > rank { return low }
    high = min(high, .greatestFiniteMagnitude)
    while true {
      let middle = low + (high - low) / 2
      // None is between two neighbouring numbers.
      guard middle > low, middle < high else { return high }
      let below = count(values, notAbove: middle)
      if below == rank + 1 { return values.reduce(low) { $1 <= middle ? max($0, $1) : $0 } }
      if below > rank { high = middle } else { low = middle }
    }
  }

  private typealias Lanes = SIMD16<Float>

  private static func range(_ values: UnsafeBufferPointer<Float>) -> (Float, Float) {
    var (low, high) = (Lanes(repeating: .infinity), Lanes(repeating: -.infinity))
    let rest = forEachLanes(values) { lanes in
      low.replace(with: lanes, where: lanes .< low)
      high.replace(with: lanes, where: lanes .> high)
    }
    return rest.reduce((low.min(), high.max())) { (min($0.0, $1), max($0.1, $1)) }
  }

  private static func count(_ values: UnsafeBufferPointer<Float>, notAbove limit: Float) -> Int {
    var counts = SIMD16<Int32>(repeating: 0)
    let limits = Lanes(repeating: limit)
    let rest = forEachLanes(values) { lanes in
      counts = counts &- unsafeBitCast(lanes .<= limits, to: SIMD16<Int32>.self)
    }
    return rest.reduce(Int(counts.wrappedSum())) { $0 + ($1 <= limit ? 1 : 0) }
  }

  /// - Returns: the values that do not fill a register.
  @inline(__always) private static func forEachLanes(
    _ values: UnsafeBufferPointer<Float>, _ body: (Lanes) -> Void
  ) -> UnsafeBufferPointer<Float> {
    let whole = values.count / Lanes.scalarCount * Lanes.scalarCount
    for i in stride(from: 0, to: whole, by: Lanes.scalarCount) {
      body(UnsafeRawPointer(values.baseAddress! + i).loadUnaligned(as: Lanes.self))
    }
    return UnsafeBufferPointer(rebasing: values[whole...])
  }

  /// The bits of a float as a whole number that compares as the float does.
  private static func inOrder(_ bits: Int32) -> Int32 { bits ^ (bits >> 31 & .max) }
}
