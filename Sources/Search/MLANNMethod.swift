import Core
import Kernels

/// The maximum-likelihood approximate nearest neighbour method: a query's distances to a few pivots tell which vectors are
/// likely its match, and these are compared exactly.
///
/// A. V. Savchenko, "Maximum-likelihood approximate nearest neighbor method in real-time image recognition", Pattern
/// Recognition 61 (2017), 459-469; with the pivots orthonormal, the table in bytes, and partitions ordered by the same
/// rule where there are many vectors.
final class MLANNMethod: BuiltInMethod {
  /// What was learnt is learnt anew when there are this many times as many vectors.
  private static let growth = 4
  /// Fewer allowed vectors than one in this many are compared one by one.
  private static let sparseness = 16

  private let options: IndexOptions
  private let flat: FlatMethod
  private let state: State

  /// One thread at a time while changed, then any, as the method.
  private final class State: @unchecked Sendable {
    var count = 0
    // Who may touch it when is said above; looking at it costs nothing then.
    @exclusivity(unchecked) var model: MLANNModel?
    var numbers: Column<Int64>
    var floats: Column<Float>

    init(_ model: MLANNModel?, count: Int) throws(FacenetError) {
      (self.model, self.count) = (model, count)
      numbers = try MLANNModel.numbers(model)
      floats = try MLANNModel.floats(model)
    }
  }

  init(dimension: Int, options: IndexOptions) throws(FacenetError) {
    self.options = options
    flat = FlatMethod(dimension: dimension, options: options)
    state = try State(nil, count: 0)
  }

  init(reading file: IndexFile, store: VectorStore, options: IndexOptions) throws(FacenetError) {
    self.options = options
    flat = FlatMethod(dimension: store.dimension, options: options)
    state = try State(try MLANNModel.read(file, store: store), count: store.count)
  }

  func sections() -> [IndexSection] {
    [IndexSection("mlann-numbers", state.numbers.bytes), IndexSection("mlann-floats", state.floats.bytes)]
      + (state.model?.table.sections() ?? [])
  }

  func check(in store: VectorStore) throws(FacenetError) { try state.model?.table.check(store.count) }

  func becomeWritable() throws(FacenetError) { try state.model?.table.reserve(state.count) }

  func append(_ slots: Range<Int>, in store: VectorStore) throws(FacenetError) {
    let count = slots.upperBound
    if let model = state.model, count < Self.growth * model.trainedCount {
      let threads = options.threads == 0 ? ThreadPool.processors : options.threads
      try model.append(slots, in: store, threads: threads)
    } else if count >= MLANNPlan.fewest,
      let plan = MLANNPlan(count: count, dimension: store.dimension, options: options)
    {
      let model = try MLANNModel.train(count, in: store, plan, options)
      let (numbers, floats) = (try MLANNModel.numbers(model), try MLANNModel.floats(model))
      (state.model, state.numbers, state.floats) = (model, numbers, floats)
    }
    state.count = count
  }

  func replaced(slot: Int, in store: VectorStore) {
    guard let model = state.model else { return }
    model.table.remove(slot)
    model.insert(slot, in: store)
  }

  func removed(slot: Int, last: Int, in store: VectorStore) {
    state.count = last
    guard let table = state.model?.table else { return }
    table.remove(slot)
    if slot != last { table.rename(last, to: slot) }
  }

  func search(_ request: SearchRequest, in store: VectorStore) throws(FacenetError) -> [[Neighbour]] {
    guard let model = state.model, let plan = plan(model, store) else { return try flat.search(request, in: store) }
    if let few = request.allowed, few.count < store.count / Self.sparseness {
      return try request.rankEach(few, in: store)
    }
    let search = try MLANNSearch(request, model, plan, acceptance: options.acceptance)
    return try request.eachQuery { query throws(FacenetError) in try search.run(query, in: store) }
  }

  /// Fewer vectors than it was learnt from are still spread over as many partitions.
  private func plan(_ model: MLANNModel, _ store: VectorStore) -> MLANNPlan? {
    MLANNPlan(count: max(store.count, model.trainedCount), dimension: store.dimension, options: options)
  }
}
