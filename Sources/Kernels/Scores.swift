import KernelCore

/// Scores of rows of floats for queries, lower is better, and the choice of the low ones.
package enum Scores {
  /// Scores are looked at this many together.
  package static let step = 64

  /// scores[i] = offsets[i] + scale * <row i, query>
  /// - Parameter depth: floats of a row and from row to row, a multiple of 16.
  package static func score(
    _ rows: UnsafePointer<Float>, count: Int, depth: Int, query: UnsafePointer<Float>, offsets: UnsafePointer<Float>,
    scale: Float, scores: UnsafeMutablePointer<Float>, kernels: any KernelTable.Type = Processor.kernels
  ) {
    kernels.score(rows, count: count, depth: depth, query: query, offsets: offsets, scale: scale, scores: scores)
  }

  /// Writes the places, from `first` on, and the scores of those below `bound`, in order.
  /// - Parameter count: a multiple of ``step``; `places` and `kept` have room for as many.
  /// - Returns: how many there are.
  package static func keep(
    _ scores: UnsafePointer<Float>, count: Int, below bound: Float, first: Int, places: UnsafeMutablePointer<Int32>,
    kept: UnsafeMutablePointer<Float>, kernels: any KernelTable.Type = Processor.kernels
  ) -> Int {
    kernels.keep(scores, count: count, below: bound, first: Int32(first), places: places, kept: kept)
  }

  /// Writes row times `columns` plus column of each product p for which offsets[row] + scale p lies below the column's
  /// bound, in order, and that value.
  /// - Parameter products: (rows, columns), the columns a multiple of 16; `places` and `kept` have room for as many.
  /// - Returns: how many there are.
  package static func keep(
    products: UnsafePointer<Float>, rows: Int, columns: Int, offsets: UnsafePointer<Float>, scale: Float,
    below bounds: UnsafePointer<Float>, places: UnsafeMutablePointer<Int32>, kept: UnsafeMutablePointer<Float>,
    kernels: any KernelTable.Type = Processor.kernels
  ) -> Int {
    kernels.keep(
      products: products, rows: rows, columns: columns, offsets: offsets, scale: scale, below: bounds, places: places,
      kept: kept)
  }
}
