import Core
import Kernels

/// Every vector is compared with every query, exactly.
///
/// Vectors are scored by |r|² - 2<x, r>, which is the squared distance less |x|²: one product for many queries. What
/// rounding may have put in the wrong order is compared again by differences.
final class FlatMethod: BuiltInMethod {
  /// Fewer allowed vectors than one in this many are compared one by one.
  private static let sparseness = 8
  /// Queries of one matrix product, and rows of one block of it: both stay in the second-level cache with their product.
  private static let queriesTogether = 64
  private static let rowsTogether = 96
  /// Rows that one query is compared with before the low scores are kept.
  private static let scoresTogether = 1024

  init(dimension: Int, options: IndexOptions) {}
  init(reading file: IndexFile, store: VectorStore, options: IndexOptions) {}
  func becomeWritable() {}
  func append(_ slots: Range<Int>, in store: VectorStore) {}
  func replaced(slot: Int, in store: VectorStore) {}
  func removed(slot: Int, last: Int, in store: VectorStore) {}
  func sections() -> [IndexSection] { [] }

  func search(_ request: SearchRequest, in store: VectorStore) throws(FacenetError) -> [[Neighbour]] {
    if let few = request.allowed, few.count < store.count / Self.sparseness {
      return try request.rankEach(few, in: store)
    }
    let margins = request.roundingMargins(in: store)
    var results: [[Neighbour]] = []
    let count = request.queries.count
    for first in stride(from: 0, to: count, by: Self.queriesTogether) {
      let block = first..<min(first + Self.queriesTogether, count)
      results += try Progress.part(block, of: count) { () throws(FacenetError) in
        try search(request, block, margins, in: store)
      }
      // What the product compared is as exact as the distances; those taken anew are among it.
      request.statistics?.withLock { for query in block { $0[query].examined = store.count } }
    }
    return results
  }

  private func search(
    _ request: SearchRequest, _ queries: Range<Int>, _ margins: [Float], in store: VectorStore
  ) throws(FacenetError) -> [[Neighbour]] {
    let product = queries.count > 1 ? try QueryProduct(request.queries, queries) : nil
    return try request.search(queries, margins: margins, in: store) {
      slots, lowest throws(FacenetError) in
      if let product {
        try product.score(slots, rowsTogether: Self.rowsTogether, request, &lowest, in: store)
      } else {
        try Self.score(slots, request.queries.row(queries.lowerBound), request, &lowest[0], in: store)
      }
    }
  }

  /// One query: as fast as the vectors come from memory.
  private static func score(
    _ slots: Range<Int>, _ query: UnsafePointer<Float>, _ request: SearchRequest, _ lowest: inout LowestScores,
    in store: VectorStore
  ) throws(FacenetError) {
    let buffer = try AlignedBuffer(count: scoresTogether * MemoryLayout<Float>.stride)
    defer { withExtendedLifetime(buffer) {} }
    let scores = buffer.pointer(to: Float.self)
    for start in stride(from: slots.lowerBound, to: slots.upperBound, by: scoresTogether) {
      let block = start..<min(start + scoresTogether, slots.upperBound)
      try store.verify(block)
      Scores.score(
        store.row(start), count: block.count, depth: store.stride, query: query,
        offsets: store.squaredLengths.elements + start, scale: -2, scores: scores)
      let padded = (block.count + Scores.step - 1) / Scores.step * Scores.step
      for i in block.count..<padded { scores[i] = .infinity }
      lowest.offer(scores, count: padded, first: start, allowed: request.allowed)
    }
  }
}
