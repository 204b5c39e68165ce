import KernelCore

/// A table of bytes, a row for each of many references, in blocks of rows as ``ByteScanKernels`` scans them.
package enum ByteTable {
  /// Rows of a block: a table always ends with a whole block.
  package static let rowsPerBlock = ByteBlocks.rows

  /// Values of a query, and bytes of a row, for rows of `columns` bytes.
  package static func paddedColumns(_ columns: Int) -> Int { groups(columns) * ByteBlocks.group }

  static func groups(_ columns: Int) -> Int { (columns + ByteBlocks.group - 1) / ByteBlocks.group }

  package static func paddedRows(_ rows: Int) -> Int { (rows + rowsPerBlock - 1) / rowsPerBlock * rowsPerBlock }

  /// Bytes of a table.
  package static func byteCount(rows: Int, columns: Int) -> Int { paddedRows(rows) * paddedColumns(columns) }

  /// Where a row's byte of one column is.
  @inline(__always) package static func place(row: Int, column: Int, columns: Int) -> Int {
    let (block, inBlock) = (row / rowsPerBlock, row % rowsPerBlock)
    return ((block &* groups(columns) &+ column / ByteBlocks.group) &* rowsPerBlock &+ inBlock) &* ByteBlocks.group
      &+ column % ByteBlocks.group
  }

  /// scores[i] = offsets[i] + scale * (the sum over k of query[k] times byte k of row i), for the rows of whole blocks.
  /// - Parameters:
  ///   - blocks: which; `offsets` and `scores` start with the first row of these.
  ///   - query: `paddedColumns` values; the sum of their magnitudes is at most ``largestQuerySum``.
  package static func scan(
    _ codes: UnsafePointer<UInt8>, blocks: Range<Int>, columns: Int, query: UnsafePointer<Int16>,
    offsets: UnsafePointer<Float>, scale: Float, scores: UnsafeMutablePointer<Float>,
    kernels: any KernelTable.Type = Processor.kernels
  ) {
    kernels.scan(
      codes + byteCount(rows: blocks.lowerBound * rowsPerBlock, columns: columns), blocks: blocks.count,
      groups: groups(columns), query: query, offsets: offsets, scale: scale, scores: scores)
  }

  /// What the magnitudes of a query's values may add up to, so that no sum overflows.
  package static let largestQuerySum = Int(Int32.max) / 255
}
