import Core

/// The vectors that one query was compared with exactly so far. One thread at a time.
struct Examination {
  private(set) var best: Nearest
  private(set) var count = 0
  /// Whether a vector was nearer than the acceptance threshold: then nothing more needs to be looked at.
  private(set) var isAccepted = false
  private let query: UnsafePointer<Float>
  private let acceptance: Float?

  /// - Parameter request: outlives the examination.
  init(_ request: SearchRequest, _ query: Int, acceptance: Float?) {
    best = Nearest(request.nearest)
    self.query = request.queries.row(query)
    self.acceptance = acceptance
  }

  /// Makes it as if nothing had been compared, but for the count.
  mutating func forget() { best = Nearest(best.limit) }

  /// Compares the vector in a slot.
  /// - Returns: its squared distance.
  /// - Throws: `corrupt` where the opened file is not what was saved.
  @discardableResult
  mutating func examine(_ slot: Int, in store: VectorStore) throws(FacenetError) -> Float {
    let distance = try store.verifiedDistance(query, slot)
    best.offer(distance, key: store.key(slot))
    count += 1
    if let acceptance, distance < acceptance { isAccepted = true }
    return distance
  }
}
