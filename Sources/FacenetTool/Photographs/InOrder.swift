/// Calls `work` for every index of `0..<count`, up to `threads` at a time, and hands each result to `consume` in the
/// order of the indexes.
///
/// Work runs at most a few results ahead of what has been consumed, so that memory stays bounded. An error from
/// `work` or `consume` stops the work and is thrown once the calls that run have ended.
@MainActor
func inOrder<Result: Sendable>(
  _ count: Int, threads: Int, work: @escaping @Sendable (Int) throws -> Result,
  consume: @MainActor (Int, Result) throws -> Void
) async throws {
  try await withThrowingTaskGroup(of: (Int, Result).self) { group in
    var started = 0
    var waiting: [Int: Result] = [:]
    var next = 0
    let threads = max(1, threads)
    while next < count {
      while started < count && started < next + 4 * threads && started - next - waiting.count < threads {
        let index = started
        group.addTask { (index, try work(index)) }
        started += 1
      }
      if let finished = try await group.next() { waiting[finished.0] = finished.1 }
      while let result = waiting.removeValue(forKey: next) {
        try consume(next, result)
        next += 1
      }
    }
  }
}
