/// What the search for one query's nearest vectors looked at.
public struct SearchStatistics: Sendable, Hashable {
  /// Vectors compared with the query exactly.
  public var examined = 0
  /// Vectors that were judged by what is known of their distances to pivots, or by their codes.
  public var judged = 0

  /// Creates statistics of nothing.
  public init() {}

  /// What two searches looked at together.
  public static func + (a: Self, b: Self) -> Self {
    var sum = a
    sum.examined += b.examined
    sum.judged += b.judged
    return sum
  }
}
