import Core
import KernelCore

/// C[i] (M, N) = A[i] (M, K) B[i] (K, N) for `batch` pairs of matrices known only at run time.
package struct BatchedProduct: Hashable, Sendable {
  package var batch: Int
  /// M
  package var rows: Int
  /// K
  package var inner: Int
  /// N
  package var columns: Int

  package init(batch: Int, rows: Int, inner: Int, columns: Int) {
    self.batch = batch
    self.rows = rows
    self.inner = inner
    self.columns = columns
  }

  /// A row of matrices in memory. Strides are in floats; a batch stride of 0 repeats one matrix.
  package struct Operand {
    package var pointer: UnsafePointer<Float>
    /// From one stored row to the next.
    package var rowStride: Int
    package var batchStride: Int
    /// Whether the matrix is stored as its transpose.
    package var transposed: Bool

    package init(_ pointer: UnsafePointer<Float>, rowStride: Int, batchStride: Int, transposed: Bool = false) {
      self.pointer = pointer
      self.rowStride = rowStride
      self.batchStride = batchStride
      self.transposed = transposed
    }

    func at(_ batch: Int) -> Operand {
      Operand(pointer + batch * batchStride, rowStride: rowStride, batchStride: batchStride, transposed: transposed)
    }

    func element(_ batch: Int, _ row: Int, _ column: Int) -> Float {
      pointer[batch * batchStride + (transposed ? column * rowStride + row : row * rowStride + column)]
    }
  }

  /// Floats of working memory that ``run`` wants. Any alignment will do.
  package func scratchCount(threads: Int, kernels: any KernelTable.Type = Processor.kernels) -> Int {
    Scratch.count(workers(threads) * Scratch.aligned(workerCount(kernels.registerWidth)))
  }

  /// Pairs of matrices go to the threads one by one; a single pair is cut instead.
  private func workers(_ threads: Int) -> Int { max(1, min(threads, batch)) }

  /// For one pair: B in panels, the bias padded to them, A where it has to be turned.
  private func workerCount(_ width: Int) -> Int {
    Scratch.count(
      PackedPanels.count(depth: inner, columns: columns, width: width),
      PackedPanels.paddedColumns(columns, width: width), rows * inner)
  }

  /// - Parameter bias: N values added to every row, or nil.
  package func run(
    a: Operand, b: Operand, bias: UnsafePointer<Float>? = nil, output: UnsafeMutablePointer<Float>, outputStride: Int,
    outputBatchStride: Int, scratch: UnsafeMutablePointer<Float>? = nil, threads: Int = 1,
    kernels: any KernelTable.Type = Processor.kernels
  ) {
    guard batch > 0, rows > 0, columns > 0 else { return }
    let workers = workers(threads)
    let count = Scratch.aligned(workerCount(kernels.registerWidth))
    var whole = Scratch(scratch)
    let parts = whole.take(count * workers)
    ThreadPool.shared.run(tasks: batch, threads: workers) { index, worker in
      let product = packed(
        a: a.at(index), b: b.at(index), bias: bias, output: output + index * outputBatchStride, stride: outputStride,
        Scratch(parts + worker * count), width: kernels.registerWidth,
        tileRows: kernels.tileRows(columns: columns))
      product.run(rows: rows, columns: columns, kernels: kernels, threads: batch == 1 ? threads : 1)
    }
  }

  private func packed(
    a: Operand, b: Operand, bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, stride: Int,
    _ scratch: Scratch, width: Int, tileRows: Int
  ) -> Product {
    var scratch = scratch
    let panels = scratch.take(PackedPanels.count(depth: inner, columns: columns, width: width))
    PackedPanels.pack(
      b.pointer, stride: b.rowStride, transposed: b.transposed, depth: inner, columns: columns, width: width,
      into: panels)
    let paddedColumns = PackedPanels.paddedColumns(columns, width: width)
    let biases = scratch.take(paddedColumns)
    biases.update(repeating: 0, count: paddedColumns)
    if let bias { biases.update(from: bias, count: columns) }
    var input = a.pointer
    if a.transposed {
      let turned = scratch.take(rows * inner)
      LayoutConversion.planes(
        batch: 1, channels: rows, pixels: inner, input: a.pointer, inputStride: a.rowStride, output: turned)
      input = UnsafePointer(turned)
    }
    let epilogue = Epilogue(kind: .none, low: 0, high: 0, bias: biases, slopes: biases)
    var product = Product(
      input: input, weights: panels, output: output, tileRows: tileRows, epilogue: epilogue)
    product.depth = inner
    product.inputStride = a.transposed ? inner : a.rowStride
    product.outputStride = stride
    return product
  }
}
