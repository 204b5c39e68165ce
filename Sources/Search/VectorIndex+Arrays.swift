import Core

extension VectorIndex {
  /// Adds vectors, all or none; see ``add(_:keys:)-(UnsafeBufferPointer<Float>,_)``.
  public func add(_ vectors: [[Float]], keys: [Int64]) throws(FacenetError) {
    try withNumbers(of: vectors, what: "vector") { numbers throws(FacenetError) in try add(numbers, keys: keys) }
  }

  /// Adds vectors or puts them in the place of those that had their keys, all or none; see
  /// ``replace(_:keys:)-(UnsafeBufferPointer<Float>,_)``.
  public func replace(_ vectors: [[Float]], keys: [Int64]) throws(FacenetError) {
    try withNumbers(of: vectors, what: "vector") { numbers throws(FacenetError) in try replace(numbers, keys: keys) }
  }

  /// The nearest vectors to each query; see ``search(_:nearest:allowed:)-(UnsafeBufferPointer<Float>,_,_)``.
  public func search(_ queries: [[Float]], nearest: Int, allowed: Set<Int64>? = nil) throws(FacenetError)
    -> [[Neighbour]]
  {
    try withNumbers(of: queries, what: "query") { numbers throws(FacenetError) in
      try search(numbers, nearest: nearest, allowed: allowed)
    }
  }

  /// The nearest vectors to each query, and what was looked at for each; see
  /// ``search(_:nearest:allowed:statistics:)-(UnsafeBufferPointer<Float>,_,_,_)``.
  public func search(
    _ queries: [[Float]], nearest: Int, allowed: Set<Int64>? = nil, statistics: inout [SearchStatistics]
  ) throws(FacenetError) -> [[Neighbour]] {
    try withNumbers(of: queries, what: "query") { numbers throws(FacenetError) in
      try search(numbers, nearest: nearest, allowed: allowed, statistics: &statistics)
    }
  }

  /// The nearest vectors to one query; see ``search(_:nearest:allowed:)-(UnsafeBufferPointer<Float>,_,_)``.
  public func search(_ query: [Float], nearest: Int, allowed: Set<Int64>? = nil) throws(FacenetError) -> [Neighbour] {
    try search([query], nearest: nearest, allowed: allowed)[0]
  }

  private func withNumbers<Result>(
    of vectors: [[Float]], what: String, _ body: (UnsafeBufferPointer<Float>) throws(FacenetError) -> Result
  ) throws(FacenetError) -> Result {
    for (index, vector) in vectors.enumerated() where vector.count != dimension {
      throw FacenetError(
        .invalidArgument, "\(what) \(index) has \(vector.count) numbers, the index has \(dimension) dimensions")
    }
    return try vectors.flatMap { $0 }.withUnsafeBufferPointer(body)
  }
}
