extension Reference {
  /// See ``MatrixProduct/run``; `b` is (K, N).
  package static func matrixProduct(
    rows: Int, inner: Int, columns: Int, a: UnsafePointer<Float>, aStride: Int, b: [Float], bias: [Float],
    activation: Activation, output: UnsafeMutablePointer<Float>, outputStride: Int, residual: UnsafePointer<Float>?,
    residualStride: Int
  ) {
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = Double(bias[column])
        if let residual { sum += Double(residual[row * residualStride + column]) }
        for k in 0..<inner { sum += Double(a[row * aStride + k]) * Double(b[k * columns + column]) }
        output[row * outputStride + column] = activation(Float(sum), channel: column)
      }
    }
  }

  /// See ``BatchedProduct/run``.
  package static func batchedProduct(
    _ product: BatchedProduct, a: BatchedProduct.Operand, b: BatchedProduct.Operand, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, outputStride: Int, outputBatchStride: Int
  ) {
    for batch in 0..<product.batch {
      for row in 0..<product.rows {
        for column in 0..<product.columns {
          var sum = Double(bias?[column] ?? 0)
          for k in 0..<product.inner {
            sum += Double(a.element(batch, row, k)) * Double(b.element(batch, k, column))
          }
          output[batch * outputBatchStride + row * outputStride + column] = Float(sum)
        }
      }
    }
  }
}
