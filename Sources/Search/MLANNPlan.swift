/// The parameters of MLANN: what the options say, and where they say nothing what was measured.
struct MLANNPlan: Sendable, Hashable {
  /// Vectors from which on there is something to learn; fewer are compared one by one.
  static let fewest = 256

  var pivots: Int
  var partitions: Int
  /// Partitions that are looked at.
  var probed: Int
  /// Vectors compared exactly.
  var examined: Int
  var likelihood: Likelihood

  init(count: Int, dimension: Int, options: IndexOptions) {
    let row = Tuning.row(count: count, recall: options.recall == 0 ? 0.99 : options.recall)
    pivots = min(options.pivots > 0 ? options.pivots : row.pivots, dimension)
    partitions = min(options.partitions > 0 ? options.partitions : row.partitions, count)
    let share = Float(row.probed) / Float(row.partitions)
    probed = options.probed > 0 ? options.probed : max(1, Int((share * Float(partitions)).rounded(.up)))
    examined = options.examined > 0 ? options.examined : row.examined
    likelihood = options.likelihood
  }
}
