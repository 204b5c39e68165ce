import Core

/// How the distance of two embeddings is measured; a property of the model that made them.
public enum Metric: String, Sendable, CaseIterable {
  /// Embeddings have length 1; the distance is the squared Euclidean one, 0 (equal) to 4 (opposite).
  case squaredL2OnUnitSphere = "squared-l2-unit"
  /// Embeddings are what the network gives; the distance is the Euclidean one.
  case euclidean = "euclidean"

  /// The distance of two embeddings of one model.
  /// - Throws: `invalidArgument` when their lengths differ.
  public func distance(_ a: [Float], _ b: [Float]) throws(FacenetError) -> Float {
    try a.withUnsafeBufferPointer { a throws(FacenetError) in
      try b.withUnsafeBufferPointer { b throws(FacenetError) in try distance(a, b) }
    }
  }

  /// The distance of two embeddings of one model.
  /// - Throws: `invalidArgument` when their lengths differ.
  public func distance(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) throws(FacenetError) -> Float {
    guard a.count == b.count else {
      throw FacenetError(.invalidArgument, "embeddings of \(a.count) and \(b.count) numbers do not compare")
    }
    var sum: Float = 0
    for index in a.indices {
      let difference = a[index] - b[index]
      sum += difference * difference
    }
    return self == .euclidean ? sum.squareRoot() : sum
  }
}
