import Search

/// What identification needs in memory: made from the database, and made again from it at any time.
struct SearchState: Sendable {
  var index: VectorIndex?
  /// The person of each template.
  var owners: [Int64: Int64] = [:]
  /// The database's count of changes that this shows; -1 before the first.
  var changes: Int64 = -1
}
