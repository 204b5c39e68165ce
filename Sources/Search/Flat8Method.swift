import Core
import Kernels

/// Every vector's 8-bit codes are compared with every query, and the best of them again exactly, as are all vectors that
/// are beyond the codes' reach.
final class Flat8Method: BuiltInMethod {
  /// Fewer allowed vectors than one in this many are compared one by one.
  private static let sparseness = 16
  /// Rows whose codes are compared before the low scores are kept.
  private static let rowsTogether = 1024
  private static let queriesTogether = 32
  /// Vectors are ranked exactly up to this many deviations of a score above the last that is wanted: of the difference
  /// of two scores, 4.2.
  private static let certainty: Float = 6

  private let codes: ByteCodes
  /// How many vectors the scales were chosen by: they are chosen anew whenever the count has doubled, or grown by a
  /// quarter where many vectors are beyond their reach.
  private let trained: Column<Int64>

  init(dimension: Int, options: IndexOptions) throws(FacenetError) {
    codes = try ByteCodes(dimension: dimension)
    trained = try Column()
    try trained.reserve(1)
    trained.setCount(1)
  }

  init(reading file: IndexFile, store: VectorStore, options: IndexOptions) throws(FacenetError) {
    codes = try ByteCodes(reading: file, store: store)
    trained = try Column("codes-trained", of: file, count: 1)
    try trained.verify(0..<1)
    guard (0...Int64(VectorStore.largestCount)).contains(trained.elements[0]) else {
      throw FacenetError(.corrupt, "the codes were chosen by \(trained.elements[0]) vectors")
    }
  }

  func sections() -> [IndexSection] { codes.sections() + [IndexSection("codes-trained", trained.bytes)] }

  func becomeWritable() throws(FacenetError) {
    try trained.reserve(1)
    try codes.becomeWritable()
  }

  func append(_ slots: Range<Int>, in store: VectorStore) throws(FacenetError) {
    let count = slots.upperBound
    try codes.resize(to: count)
    codes.encode(slots, in: store)
    let trained = Int(trained.elements[0])
    if count >= 2 * trained || codes.areManyStrange && 4 * count >= 5 * trained {
      codes.train(in: store)
      self.trained.writable[0] = Int64(count)
    }
  }

  func replaced(slot: Int, in store: VectorStore) { codes.encode(slot..<slot + 1, in: store) }

  func removed(slot: Int, last: Int, in store: VectorStore) { codes.remove(slot, last: last) }

  func search(_ request: SearchRequest, in store: VectorStore) throws(FacenetError) -> [[Neighbour]] {
    if let few = request.allowed, few.count < store.count / Self.sparseness {
      return try request.rankEach(few, in: store)
    }
    var results: [[Neighbour]] = []
    let count = request.queries.count
    var margins = request.roundingMargins(in: store)
    for first in stride(from: 0, to: count, by: Self.queriesTogether) {
      let block = first..<min(first + Self.queriesTogether, count)
      let queries = block.map { CodedQuery(request.queries.row($0), codes) }
      for (index, query) in zip(block, queries) { margins[index] += Self.certainty * query.deviation }
      results += try Progress.part(block, of: count) { () throws(FacenetError) in
        try request.search(block, margins: margins, beyond: codes.strangers, in: store) {
          slots, lowest throws(FacenetError) in
          try score(slots, queries, request, &lowest, in: store)
        }
      }
      for query in block { request.count(query, examined: 0, judged: store.count) }
    }
    return results
  }

  /// Each row's codes are read once for all queries.
  private func score(
    _ slots: Range<Int>, _ queries: [CodedQuery], _ request: SearchRequest, _ lowest: inout [LowestScores],
    in store: VectorStore
  ) throws(FacenetError) {
    let buffer = try AlignedBuffer(count: Self.rowsTogether * MemoryLayout<Float>.stride)
    defer { withExtendedLifetime(buffer) {} }
    let scores = buffer.pointer(to: Float.self)
    for start in stride(from: slots.lowerBound, to: slots.upperBound, by: Self.rowsTogether) {
      let padded = ByteTable.paddedRows(min(Self.rowsTogether, slots.upperBound - start))
      let first = start / ByteTable.rowsPerBlock
      let blocks = first..<first + padded / ByteTable.rowsPerBlock
      for (position, query) in queries.enumerated() {
        try codes.score(blocks, query, scores: scores)
        lowest[position].offer(scores, count: padded, first: start, allowed: request.allowed)
      }
    }
  }
}
