import Kernels

/// The places with the lowest scores among all that were offered: the `limit` lowest, and those that are at most `margin`
/// above the highest of these. Which they are does not depend on the order in which they were offered.
///
/// One thread at a time.
package struct LowestScores {
  private static let fewest = 128
  private static let together = 128

  package let limit: Int
  package let margin: Float
  /// Only scores below this still matter.
  package private(set) var bound = Float.infinity
  private var places: [Int32] = []
  private var scores: [Float] = []
  private var count = 0
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
    // Few at a time: what the first of them are lowers the bound for the others.
    for start in stride(from: 0, to: offeredCount, by: Self.together) {
      let step = min(Self.together, offeredCount - start)
      keep(offered + start, count: step, first: first + start, allowed)
      if count >= pruneFrom { prune() }
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
    return (0..<count).sorted { (scores[$0], places[$0]) < (scores[$1], places[$1]) }.map { places[$0] }
  }

  private mutating func reserve(_ wanted: Int) {
    guard wanted > places.count else { return }
    let more = max(wanted, 2 * places.count) - places.count
    places += [Int32](repeating: 0, count: more)
    scores += [Float](repeating: 0, count: more)
  }

  /// Lowers the bound to what counts by now and drops what lies above it.
  private mutating func prune() {
    guard count > limit else { return }
    bound = (Self.selecting(limit - 1, of: scores[..<count]) + margin).nextUp
    var kept = 0
    for i in 0..<count where scores[i] < bound {
      (places[kept], scores[kept]) = (places[i], scores[i])
      kept += 1
    }
    count = kept
    pruneFrom = max(2 * max(limit, kept), Self.fewest)
  }

  /// The value that `rank` values precede in ascending order (Hoare's selection).
  static func selecting(_ rank: Int, of values: ArraySlice<Float>) -> Float {
    var values = Array(values)
    return values.withUnsafeMutableBufferPointer { values in
      var (low, high) = (0, values.count - 1)
      while low < high {
        let middle = low + (high - low) / 2
        let pivot = max(min(values[low], values[high]), min(max(values[low], values[high]), values[middle]))
        var (i, j) = (low, high)
        while i <= j {
          while values[i] < pivot { i += 1 }
          while values[j] > pivot { j -= 1 }
          guard i <= j else { break }
          values.swapAt(i, j)
          (i, j) = (i + 1, j - 1)
        }
        if rank <= j { high = j } else if rank >= i { low = i } else { break }
      }
      return values[rank]
    }
  }
}
