import Core
import Kernels

/// One request to MLANN: the likeliest partitions, in them the likeliest vectors, of these the nearest. Immutable: any
/// thread.
struct MLANNSearch: Sendable {
  /// Blocks scanned before the low scores are kept.
  private static let blocksTogether = 16
  /// Vectors compared before all partitions are scanned, each time.
  private static let earlyLooks = 8

  private let request: SearchRequest
  private let model: MLANNModel
  private let plan: MLANNPlan
  private let acceptance: Float?
  /// (queries, pivots)
  private let points: AlignedBuffer

  init(_ request: SearchRequest, _ model: MLANNModel, _ plan: MLANNPlan, acceptance: Float?) throws(FacenetError) {
    (self.request, self.model, self.acceptance) = (request, model, acceptance)
    var plan = plan
    plan.examined = max(plan.examined, request.nearest)
    self.plan = plan
    let queries = request.queries
    points = try AlignedBuffer(count: queries.count * model.pivots.count * MemoryLayout<Float>.stride)
    model.pivots.project(queries.row(0), rows: queries.count, into: points.pointer())
  }

  /// The neighbours found for a query.
  func run(_ query: Int, in store: VectorStore) throws(FacenetError) -> [Neighbour] {
    let point = UnsafePointer<Float>(points.pointer() + query * model.pivots.count)
    let scores = try AlignedBuffer(
      count: max(Self.blocksTogether * ByteTable.rowsPerBlock, ByteTable.paddedRows(model.partitions.count))
        * MemoryLayout<Float>.stride)
    defer { withExtendedLifetime(scores) {} }
    let likelihood = try PivotLikelihood(point, model, plan.likelihood)
    var lowest = LowestScores(limit: plan.examined)
    var examination = Examination(request, query, acceptance: acceptance)
    let parts = likeliest(point, scores.pointer())
    var judged = 0
    defer { request.count(query, examined: examination.count, judged: judged) }
    for (position, part) in parts.enumerated() {
      judged += try scan(model.table.blocks[Int(part)], likelihood, scores.pointer(), &lowest)
      // After 1, 2, 4, 8... partitions the likeliest may be a match already.
      if acceptance != nil, position & (position + 1) == 0 {
        try examine(lowest.takeInOrder().prefix(Self.earlyLooks), &examination, in: store)
        if examination.isAccepted { return examination.best.sorted }
      }
    }
    if lowest.count < request.nearest, parts.count < model.partitions.count {
      for (part, blocks) in model.table.blocks.enumerated() where !parts.contains(Int32(part)) {
        judged += try scan(blocks, likelihood, scores.pointer(), &lowest)
      }
    }
    // The order matters where the comparison may stop.
    let places = acceptance == nil ? lowest.take() : lowest.takeInOrder()[...]
    if acceptance != nil { examination.forget() }
    try examine(places, &examination, in: store)
    if examination.isAccepted { return examination.best.sorted }
    return try request.complete(examination.best.sorted, query: query)
  }

  /// The partitions to look at, the likeliest first.
  private func likeliest(_ point: UnsafePointer<Float>, _ scores: UnsafeMutablePointer<Float>) -> [Int32] {
    let partitions = model.partitions
    if plan.probed >= partitions.count { return (0..<Int32(partitions.count)).map { $0 } }
    partitions.score(point, plan.likelihood, into: scores)
    var lowest = LowestScores(limit: plan.probed)
    let padded = ByteTable.paddedRows(partitions.count)
    for i in partitions.count..<padded { scores[i] = .infinity }
    lowest.offer(scores, count: padded, first: 0)
    return lowest.takeInOrder()
  }

  /// Offers the scores of a partition's rows.
  /// - Returns: how many rows.
  private func scan(
    _ blocks: [Int32], _ likelihood: PivotLikelihood, _ scores: UnsafeMutablePointer<Float>,
    _ lowest: inout LowestScores
  ) throws(FacenetError) -> Int {
    var (next, size) = (0, 0)
    while next < blocks.count {
      let first = Int(blocks[next])
      var count = 1
      while count < Self.blocksTogether, next + count < blocks.count, Int(blocks[next + count]) == first + count {
        count += 1
      }
      next += count
      try likelihood.score(first..<first + count, in: model.table, into: scores)
      size += model.table.size(of: first..<first + count)
      let rows = ByteTable.rowsPerBlock
      guard let allowed = request.allowed else {
        lowest.offer(scores, count: count * rows, first: first * rows)
        continue
      }
      for row in 0..<count * rows where scores[row] < lowest.bound {
        let slot = Int(try model.table.slot(at: first * rows + row))
        if allowed.contains(slot) { lowest.offer(scores[row], place: first * rows + row) }
      }
    }
    return size
  }

  /// Compares the vectors whose rows are at these places, up to the first that is accepted.
  private func examine(_ places: ArraySlice<Int32>, _ examination: inout Examination, in store: VectorStore)
    throws(FacenetError)
  {
    for place in places {
      let slot = Int(try model.table.slot(at: Int(place)))
      guard slot >= 0, slot < store.count else {
        throw FacenetError(.corrupt, "the table of pivots names slot \(slot) of \(store.count)")
      }
      try examination.examine(slot, in: store)
      if examination.isAccepted { return }
    }
  }
}
