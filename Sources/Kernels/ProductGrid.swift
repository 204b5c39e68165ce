import Core
import KernelCore

/// How a product's rows and columns are cut into tasks: blocks of rows whose inputs stay in the second-level cache while
/// all panels pass over them; columns are cut as well where the rows alone would leave threads idle, or where more blocks
/// of rows would bring the weights from far away more often.
///
/// Depends on sizes and the number of threads alone; what a task computes does not depend on the cut at all.
struct ProductGrid {
  /// Bytes of input that a block of rows may touch while all weights stay in the second-level cache beside it.
  private static let blockBytes = 96 << 10
  /// The same where the weights do not: they come from farther away for every block, so there must be few.
  private static let largeBlockBytes = 320 << 10
  private static let cachedWeightBytes = 320 << 10
  private static let tasksPerThread = 4

  let rows: Int
  let columns: Int
  let rowsPerBlock: Int
  let rowBlocks: Int
  let columnsPerBlock: Int
  let columnBlocks: Int

  init(rows: Int, columns: Int, rowBytes: Int, weightBytes: Int, kernels: any KernelTable.Type, threads: Int) {
    self.rows = rows
    self.columns = columns
    let height = kernels.tileRows(columns: columns)
    let panel = 2 * kernels.registerWidth
    let panels = (columns + panel - 1) / panel
    let isFar = weightBytes > Self.cachedWeightBytes
    let wanted = threads == 1 ? 1 : threads * Self.tasksPerThread
    var perBlock = min(max((isFar ? Self.largeBlockBytes : Self.blockBytes) / max(rowBytes, 1), 24), 384)
    if threads > 1, !isFar || panels < threads {
      // Rounded down: a task more costs less than a thread that waits.
      perBlock = min(perBlock, max(rows / wanted / height, 4) * height)
    }
    rowsPerBlock = (perBlock + height - 1) / height * height
    rowBlocks = (rows + rowsPerBlock - 1) / rowsPerBlock
    let parts = min(panels, max(1, wanted / max(rowBlocks, 1)))
    columnsPerBlock = panels / parts * panel
    columnBlocks = (columns + columnsPerBlock - 1) / columnsPerBlock
  }

  var tasks: Int { rowBlocks * columnBlocks }

  /// Tasks of the same rows follow each other.
  func block(_ task: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    let firstRow = task / columnBlocks * rowsPerBlock
    let firstColumn = task % columnBlocks * columnsPerBlock
    return (
      firstRow..<min(firstRow + rowsPerBlock, rows), firstColumn..<min(firstColumn + columnsPerBlock, columns)
    )
  }
}

extension Product {
  /// All of a product whose rows are one run each, cut into tasks.
  func run(rows: Int, columns: Int, kernels: any KernelTable.Type, threads: Int) {
    let grid = ProductGrid(
      rows: rows, columns: columns, rowBytes: depth * MemoryLayout<Float>.stride,
      weightBytes: depth * columns * MemoryLayout<Float>.stride, kernels: kernels, threads: max(threads, 1))
    ThreadPool.shared.run(tasks: grid.tasks, threads: max(threads, 1)) { task in
      let block = grid.block(task)
      var part = self
      part.restrict(toRows: block.rows)
      part.restrict(toColumns: block.columns)
      kernels.run(part)
    }
  }

  /// The same product for some columns, the first of which starts a panel.
  mutating func restrict(toColumns range: Range<Int>) {
    // All panels before it are two registers wide, so a column takes up `depth` floats of each register.
    weights += taps * depth * range.lowerBound
    output += range.lowerBound
    residual = residual.map { $0 + range.lowerBound }
    epilogue = epilogue.advanced(by: range.lowerBound)
    columns = range.count
  }

  /// The same product for some rows, where a row is one run.
  mutating func restrict(toRows range: Range<Int>) {
    input += range.lowerBound * inputStride
    moveOutput(toRow: range.lowerBound)
    rows = range.count
  }

  mutating func moveOutput(toRow row: Int) {
    output += row * outputStride
    residual = residual.map { $0 + row * residualStride }
  }
}
