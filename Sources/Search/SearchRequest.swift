import Core
import Synchronization

/// What a search asks of a method.
package struct SearchRequest: Sendable {
  package let queries: PackedVectors
  /// Neighbours wanted for each query, 1 to the number of vectors that may be found.
  package let nearest: Int
  /// The slots that may be found; nil for all.
  package let allowed: SlotSet?
  /// At most this many threads.
  package let threads: Int
  /// What was looked at for each query; nil where nobody wants to know.
  let statistics: Lock<[SearchStatistics]>?
}

extension SearchRequest {
  /// The nearest of these slots to a query, in the order of results, by exact distances.
  /// - Throws: `corrupt` where the opened file is not what was saved.
  package func rank(_ slots: some Sequence<Int32>, query: Int, in store: VectorStore) throws(FacenetError)
    -> [Neighbour]
  {
    var count = 0
    let row = queries.row(query)
    var best = Nearest(nearest)
    for slot in slots {
      best.offer(try store.verifiedDistance(row, Int(slot)), key: store.key(Int(slot)))
      count += 1
    }
    self.count(query, examined: count)
    return try complete(best.sorted, query: query)
  }

  /// What was found for a query, when nothing stopped the search early.
  /// - Throws: `corrupt` where it is fewer than were wanted: vectors of a file have no distance that can be compared.
  func complete(_ found: [Neighbour], query: Int) throws(FacenetError) -> [Neighbour] {
    guard found.count == nearest else {
      throw FacenetError(
        .corrupt, "query \(query): \(found.count) of \(nearest) vectors were found, the others hold no numbers")
    }
    return found
  }

  /// The nearest of these slots to each query, by exact distances to all of them.
  /// - Throws: `corrupt` where the opened file is not what was saved; `cancelled`.
  package func rankEach(_ set: SlotSet, in store: VectorStore) throws(FacenetError) -> [[Neighbour]] {
    try eachQuery { query throws(FacenetError) in try rank(set.slots, query: query, in: store) }
  }

  /// What `search` finds for each query.
  /// - Throws: what the first `search` to fail throws, or `cancelled`.
  func eachQuery(_ search: (_ query: Int) throws(FacenetError) -> [Neighbour]) throws(FacenetError) -> [[Neighbour]] {
    if queries.count == 1 {
      try Progress.reached(0)
      return [try search(0)]
    }
    let results = Lock([[Neighbour]](repeating: [], count: queries.count))
    try forEach(queries.count) { query throws(FacenetError) in
      let found = try search(query)
      results.withLock { $0[query] = found }
    }
    return results.withLock { $0 }
  }

  /// Says what was looked at for a query, once.
  func count(_ query: Int, examined: Int, judged: Int = 0) {
    statistics?.withLock {
      $0[query].examined += examined
      $0[query].judged += judged
    }
  }

  /// Calls `body` with every index in `0..<tasks` on the request's threads; the caller's own tells its progress.
  /// - Throws: what the first `body` to fail throws, or `cancelled`; then some are not called.
  package func forEach(_ tasks: Int, _ body: (_ task: Int) throws(FacenetError) -> Void) throws(FacenetError) {
    if threads == 1 || tasks == 1 {
      for task in 0..<tasks {
        try Progress.reached(Double(task) / Double(tasks))
        try body(task)
      }
      return
    }
    let failure = Lock<FacenetError?>(nil)
    let hasFailed = Atomic<Bool>(false)
    ThreadPool.shared.run(tasks: tasks, threads: threads) { task, worker in
      if hasFailed.load(ordering: .relaxed) { return }
      do throws(FacenetError) {
        if worker == 0 { try Progress.reached(Double(task) / Double(tasks)) }
        try body(task)
      } catch {
        hasFailed.store(true, ordering: .relaxed)
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// For each query, twice what rounding can do to a score |r|² - 2<x, r> and to the distance that it stands for, in the
  /// worst case: (depth + 8) 2^-24 (|x| + |r|)², where sums of `depth` products are rounded once a product.
  func roundingMargins(in store: VectorStore) -> [Float] {
    queries.squaredLengths.map { squaredLength in
      let longest = squaredLength.squareRoot() + store.largestSquaredLength.squareRoot()
      return Float(store.stride + 8) * 0x1p-22 * longest * longest
    }
  }

  /// For each query its nearest slots by scores: `score` offers to the parts' collectors, and the best are ranked exactly.
  ///
  /// - Parameters:
  ///   - margins: a query's scores this far above the last of those wanted are ranked, too.
  ///   - beyond: slots that are ranked whatever their scores.
  ///   - score: offers all slots of a range to the collectors of these queries.
  package func search(
    _ queries: Range<Int>, margins: [Float], beyond: Set<Int32> = [], in store: VectorStore,
    score: (_ slots: Range<Int>, _ lowest: inout [LowestScores]) throws(FacenetError) -> Void
  ) throws(FacenetError) -> [[Neighbour]] {
    let empty = queries.map { LowestScores(limit: nearest, margin: margins[$0]) }
    let parts = SlotParts(store.count, threads: threads)
    let found = Lock([[LowestScores]](repeating: [], count: parts.count))
    try forEach(parts.count) { part throws(FacenetError) in
      var lowest = empty
      try score(parts[part], &lowest)
      found.withLock { $0[part] = lowest }
    }
    let others = beyond.filter { allowed?.contains(Int($0)) ?? true }
    var results: [[Neighbour]] = []
    let lowest = found.withLock { $0 }
    for (position, query) in queries.enumerated() {
      var merged = lowest[0][position]
      for part in lowest.dropFirst() { merged.offer(part[position]) }
      results.append(try rank(merged.take() + others, query: query, in: store))
    }
    return results
  }
}

/// How the slots are cut into parts that threads take in turn: whole blocks of bytes' rows.
private struct SlotParts {
  /// A smaller part is not worth a thread.
  private static let smallest = 4096
  private static let perThread = 4

  let count: Int
  private let slots: Int
  private let length: Int

  init(_ slots: Int, threads: Int) {
    self.slots = slots
    let wanted = threads == 1 ? 1 : max(1, min(threads * Self.perThread, slots / Self.smallest))
    length = max(64, (slots + wanted - 1) / wanted + 63) / 64 * 64
    count = max(1, (slots + length - 1) / length)
  }

  subscript(part: Int) -> Range<Int> { part * length..<min(part * length + length, slots) }
}
