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

    func element(_ batch: Int, _ row: Int, _ column: Int) -> Float {
      pointer[batch * batchStride + (transposed ? column * rowStride + row : row * rowStride + column)]
    }
  }

  /// Floats of working memory that ``run`` wants. Any alignment will do.
  package func scratchCount(threads: Int) -> Int { 0 }

  /// - Parameter bias: N values added to every row, or nil.
  package func run(
    a: Operand, b: Operand, bias: UnsafePointer<Float>? = nil, output: UnsafeMutablePointer<Float>, outputStride: Int,
    outputBatchStride: Int, scratch: UnsafeMutablePointer<Float>? = nil, threads: Int = 1
  ) {
    Reference.batchedProduct(
      self, a: a, b: b, bias: bias, output: output, outputStride: outputStride, outputBatchStride: outputBatchStride)
  }
}
