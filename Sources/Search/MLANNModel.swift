import Core
import Kernels

/// What MLANN learnt from an index's vectors, and their table by it.
///
/// One thread at a time while changed, then any.
final class MLANNModel: @unchecked Sendable {
  /// Vectors projected together.
  private static let rowsTogether = 4096
  /// No number of a pivot or centre is larger; products of two leave room in a float.
  private static let largest: Float = 0x1p52

  let pivots: Pivots
  let partitions: Partitions
  let table: PivotTable
  /// The squared difference a dimension of a vector and the next one: what the distance-proportional likelihood takes for
  /// the noise.
  let noise: Float
  /// How many vectors it was learnt from.
  let trainedCount: Int

  private init(_ pivots: Pivots, _ partitions: Partitions, _ table: PivotTable, noise: Float, trainedCount: Int) {
    (self.pivots, self.partitions, self.table) = (pivots, partitions, table)
    (self.noise, self.trainedCount) = (noise, trainedCount)
  }

  /// Learns from the vectors in slots `0..<count`.
  static func train(_ count: Int, in store: VectorStore, _ plan: MLANNPlan, _ options: IndexOptions)
    throws(FacenetError) -> MLANNModel
  {
    let threads = options.threads == 0 ? ThreadPool.processors : options.threads
    var draws = Draws(seed: options.seed)
    let pivots = try Pivots.choose(
      options.pivotChoice, wanted: plan.pivots, count: count, in: store, draws: &draws, threads: threads)
    let slots = draws.sample(max(Pivots.sampleCount, plan.partitions * Partitions.samplePerCentre), of: count)
    let sample = try AlignedBuffer(count: slots.count * pivots.count * MemoryLayout<Float>.stride)
    let points = sample.pointer(to: Float.self)
    var largest: Float = 0
    for (i, slot) in slots.enumerated() {
      try store.verify(slot..<slot + 1)
      pivots.project(store.row(slot), rows: 1, into: points + i * pivots.count)
      for k in 0..<pivots.count { largest = max(largest, abs(points[i * pivots.count + k])) }
    }
    let partitions = try Progress.part(from: 0, to: 0.3) { () throws(FacenetError) in
      try Partitions.train(
        plan.partitions, points, rows: slots.count, dimension: pivots.count, draws: &draws)
    }
    let model = MLANNModel(
      pivots, partitions,
      try PivotTable(columns: pivots.count, scale: PivotScale(largest: largest), partitions: partitions.count),
      noise: noise(points, rows: min(slots.count, 2048), dimension: pivots.count), trainedCount: count)
    withExtendedLifetime(sample) {}
    try Progress.part(from: 0.3, to: 1) { () throws(FacenetError) in
      try model.append(0..<count, in: store, threads: threads)
      try model.table.gather()
    }
    return model
  }

  /// The median squared distance a dimension of projections from their nearest ones.
  private static func noise(_ points: UnsafePointer<Float>, rows: Int, dimension: Int) -> Float {
    let probes = (0..<min(rows, 64)).map { probe -> Float in
      let row = probe * rows / min(rows, 64)
      var nearest = Float.infinity
      for other in 0..<rows where other != row {
        nearest = min(
          nearest,
          Reduction.squaredDistance(points + row * dimension, points + other * dimension, count: dimension))
      }
      return nearest
    }
    let median = probes.sorted()[probes.count / 2]
    return max(median.isFinite ? median / Float(dimension) : 0, 1e-12)
  }

  /// Puts the vectors of slots, which are the last, into the table.
  /// - Throws: whatever hinders; then none is in it.
  func append(_ slots: Range<Int>, in store: VectorStore, threads: Int) throws(FacenetError) {
    try table.reserve(slots.upperBound)
    let rows = min(slots.count, Self.rowsTogether)
    let buffer = try AlignedBuffer(count: rows * pivots.count * MemoryLayout<Float>.stride)
    defer { withExtendedLifetime(buffer) {} }
    let points = buffer.pointer(to: Float.self)
    var parts = [Int32](repeating: 0, count: rows)
    var distances = [Float](repeating: 0, count: rows)
    var done = slots.lowerBound
    do throws(FacenetError) {
      while done < slots.upperBound {
        let block = done..<min(done + rows, slots.upperBound)
        try store.verify(block)
        pivots.project(store.row(done), rows: block.count, into: points, threads: threads)
        try partitions.assign(block.count, points, to: &parts, distances: &distances)
        for (i, slot) in block.enumerated() {
          table.insert(slot, points + i * pivots.count, partition: Int(parts[i]))
        }
        done = block.upperBound
        try Progress.reached(Double(done - slots.lowerBound) / Double(slots.count))
      }
    } catch {
      for slot in slots.lowerBound..<done { table.remove(slot) }
      throw error
    }
  }
}

extension MLANNModel {
  /// Puts one slot's vector into the table, where there is room.
  func insert(_ slot: Int, in store: VectorStore) {
    var point = [Float](repeating: 0, count: pivots.count)
    pivots.project(store.row(slot), rows: 1, into: &point)
    table.insert(slot, point, partition: partitions.nearest(to: point))
  }
}

extension MLANNModel {
  /// The model that a file holds; nil where it had learnt nothing yet.
  static func read(_ file: IndexFile, store: VectorStore) throws(FacenetError) -> MLANNModel? {
    let numbers = try Column<Int64>("mlann-numbers", of: file, count: 3)
    try numbers.verify(0..<3)
    let (pivots, partitions, trained) = (numbers.elements[0], numbers.elements[1], numbers.elements[2])
    if trained == 0 { return nil }
    guard (1...Int64(store.dimension)).contains(pivots), (1...Int64(1 << 20)).contains(partitions),
      (1...Int64(VectorStore.largestCount)).contains(trained)
    else {
      throw FacenetError(
        .corrupt, "\(pivots) pivots and \(partitions) partitions of \(trained) vectors are out of range")
    }
    let (width, parts) = (Int(pivots), Int(partitions))
    let (directions, centres) = ((1 + width) * store.stride, parts * (width + 1))
    let column = try Column<Float>("mlann-floats", of: file, count: 2 + directions + centres)
    try column.verify(0..<column.count)
    let floats = UnsafeBufferPointer(start: column.elements, count: column.count)
    guard floats.allSatisfy(\.isFinite), floats[0] > 0, floats[0] <= largest, floats[1] > 0,
      floats[2..<2 + directions + parts * width].allSatisfy({ abs($0) <= largest }),
      floats[(2 + directions + parts * width)...].allSatisfy({ $0 > 0 })
    else {
      throw FacenetError(.corrupt, "the section 'mlann-floats' holds values out of range")
    }
    let table = try PivotTable(
      reading: file, columns: width, scale: PivotScale(step: floats[0]), partitions: parts)
    return MLANNModel(
      try Pivots(Array(floats[2..<2 + directions]), count: width, stride: store.stride),
      try Partitions(Array(floats[(2 + directions)...]), count: parts, dimension: width), table, noise: floats[1],
      trainedCount: Int(trained))
  }

  /// What ``read(_:store:)`` wants besides the table.
  static func numbers(_ model: MLANNModel?) throws(FacenetError) -> Column<Int64> {
    try Column(model.map { [$0.pivots.count, $0.partitions.count, $0.trainedCount].map(Int64.init) } ?? [0, 0, 0])
  }

  static func floats(_ model: MLANNModel?) throws(FacenetError) -> Column<Float> {
    try Column(model.map { [$0.table.scale.step, $0.noise] + $0.pivots.floats + $0.partitions.floats } ?? [])
  }
}

extension Column {
  /// A copy of some elements.
  fileprivate convenience init(_ elements: [Element]) throws(FacenetError) {
    try self.init()
    try reserve(elements.count)
    for (i, element) in elements.enumerated() { writable[i] = element }
    setCount(elements.count)
  }
}
