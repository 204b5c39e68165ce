/// A vector of an index that was found near a query.
public struct Neighbour: Sendable, Hashable {
  /// The key that the vector was added with.
  public let key: Int64
  /// The squared Euclidean distance from the query: 0 to 4 where both have length 1.
  public let squaredDistance: Float

  /// Creates a neighbour from its parts.
  public init(key: Int64, squaredDistance: Float) {
    self.key = key
    self.squaredDistance = squaredDistance
  }
}

extension Neighbour {
  /// The order of results: nearer first, of equally near ones the smaller key.
  package static func precedes(_ a: Neighbour, _ b: Neighbour) -> Bool {
    a.squaredDistance < b.squaredDistance || a.squaredDistance == b.squaredDistance && a.key < b.key
  }
}
