/// What was measured of how MLANN reaches a recall: docs/search.md says on what.
package enum Tuning {
  /// Parameters that found the nearest of up to `count` vectors for a share of more than `recall` of the queries.
  struct Row {
    let count: Int
    let recall: Float
    let pivots: Int
    let partitions: Int
    let probed: Int
    let examined: Int
  }

  /// The library's kinds that `auto` chooses from; files hold their places.
  static let kinds: [IndexKind] = [.flat, .mlann, .flat8]

  /// Up to this many numbers in all it is not worth while to learn anything of the vectors.
  private static let flatFloats = 32_768

  /// Plugins' kinds that `auto` may take, and from how many vectors on.
  package static let plugins = ["hnsw": 1_000_000]

  /// The kind for `auto`: exact where nothing may be missed; where no row reaches the wanted recall a plugin's kind, if there
  /// is one for so many vectors, else everything is compared.
  static func kind(count: Int, dimension: Int, options: IndexOptions) -> IndexKind {
    if options.wantedRecall == 1 || count * dimension <= flatFloats { return .flat }
    if row(count: count, recall: options.wantedRecall) != nil { return .mlann }
    return plugin(count: count) ?? .flat8
  }

  /// The plugin's kind that is for so many vectors.
  private static func plugin(count: Int) -> IndexKind? {
    let fitting = IndexKind.registry.all.filter { $0.component.automaticFrom.map { $0 <= count } ?? false }
    return fitting.first.map { IndexKind(rawValue: $0.name) }
  }

  /// The least that reaches the wanted recall of so many vectors; of more than were ever measured, as of those. nil where
  /// nothing does.
  static func row(count: Int, recall: Float) -> Row? {
    let count = min(count, rows[rows.count - 1].count)
    return rows.first { $0.count >= count && $0.recall >= recall }
  }

  /// What reaches the highest recall of so many vectors.
  static func best(count: Int) -> Row {
    let count = min(count, rows[rows.count - 1].count)
    let next = rows.first { $0.count >= count }!.count
    return rows.last { $0.count == next }!
  }
}

extension IndexOptions {
  var wantedRecall: Float { recall == 0 ? 0.99 : recall }
}
