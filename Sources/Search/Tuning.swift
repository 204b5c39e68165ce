/// What was measured to reach a recall of 0.99: docs/search.md says on what.
enum Tuning {
  /// The parameters for indexes of up to `count` vectors and a wanted recall of up to `recall`.
  struct Row {
    let count: Int
    let recall: Float
    let pivots: Int
    let partitions: Int
    let probed: Int
    let examined: Int
  }

  static let rows: [Row] = [
    Row(count: 4096, recall: 0.99, pivots: 32, partitions: 1, probed: 1, examined: 24),
    Row(count: 32768, recall: 0.99, pivots: 32, partitions: 64, probed: 36, examined: 40),
    Row(count: 300_000, recall: 0.99, pivots: 32, partitions: 316, probed: 120, examined: 120),
    Row(count: .max, recall: 0.99, pivots: 32, partitions: 2000, probed: 320, examined: 300),
  ]

  /// The kinds that `auto` chooses from; files hold their places.
  static let kinds: [IndexKind] = [.flat, .mlann]

  /// Up to this many numbers in all it is not worth while to learn anything of the vectors.
  private static let flatFloats = 32_768

  /// The kind for `auto`: beyond a recall of 0.99, for which alone it was measured, everything is compared.
  static func kind(count: Int, dimension: Int, options: IndexOptions) -> IndexKind {
    options.recall > 0.99 || count * dimension <= flatFloats ? .flat : .mlann
  }

  static func row(count: Int, recall: Float) -> Row {
    rows.first { $0.count >= count && $0.recall >= recall } ?? rows.last { $0.count >= count } ?? rows[rows.count - 1]
  }
}
