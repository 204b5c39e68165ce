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

  /// nil where nothing that was measured reaches the wanted recall, and the options do not say how many to compare.
  init?(count: Int, dimension: Int, options: IndexOptions) {
    let found = Tuning.row(count: count, recall: options.wantedRecall)
    guard let row = found ?? (options.examined > 0 ? Tuning.best(count: count) : nil) else { return nil }
    pivots = min(options.pivots > 0 ? options.pivots : row.pivots, dimension)
    partitions = min(options.partitions > 0 ? options.partitions : row.partitions, count)
    let share = Float(row.probed) / Float(row.partitions)
    probed = options.probed > 0 ? options.probed : max(1, Int((share * Float(partitions)).rounded(.up)))
    examined = options.examined > 0 ? options.examined : row.examined
    likelihood = options.likelihood
  }
}
