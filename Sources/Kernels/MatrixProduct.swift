import Core

/// C (M, N) = activation(A (M, K) B (K, N) + bias + residual) with B packed once. Serves any number of rows M.
///
/// Immutable: any thread.
package final class MatrixProduct: Sendable {
  /// K, the length of the sums.
  package let inner: Int
  /// N, the columns of the output.
  package let columns: Int
  private let weights: [Float]
  private let bias: [Float]
  private let activation: Activation

  /// - Parameters:
  ///   - matrix: B as (K, N) row-major, or (N, K) where `transposed`.
  ///   - bias: N values, or nil for none.
  /// - Throws: `invalidArgument` or `tooLarge` for sizes out of range or arrays that do not fit them.
  package init(
    inner: Int, columns: Int, matrix: UnsafeBufferPointer<Float>, transposed: Bool = false,
    bias: UnsafeBufferPointer<Float>? = nil, activation: Activation = .none
  ) throws(FacenetError) {
    let count = try checkedProduct([inner, columns], limit: 1 << 32, what: "the matrix")
    guard inner > 0, columns > 0, matrix.count == count else {
      throw FacenetError(
        .invalidArgument, "matrix product: \(matrix.count) values, expected \(inner) x \(columns)")
    }
    if let bias, bias.count != columns {
      throw FacenetError(.invalidArgument, "matrix product: \(bias.count) bias values, expected \(columns)")
    }
    if case .prelu(let slopes) = activation, slopes.count != 1, slopes.count != columns {
      throw FacenetError(.invalidArgument, "matrix product: \(slopes.count) slopes, expected 1 or \(columns)")
    }
    self.inner = inner
    self.columns = columns
    self.activation = activation
    self.bias = bias.map(Array.init) ?? Array(repeating: 0, count: columns)
    weights = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      for k in 0..<inner {
        for n in 0..<columns { buffer[k * columns + n] = transposed ? matrix[n * inner + k] : matrix[k * columns + n] }
      }
      initialized = count
    }
  }

  /// Strides are floats from one row to the next. `residual` has the output's shape and may be the output itself when
  /// the strides agree; otherwise no two buffers overlap.
  package func run(
    rows: Int, input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>, outputStride: Int,
    residual: UnsafePointer<Float>? = nil, residualStride: Int = 0, threads: Int = 1
  ) {
    precondition(inputStride >= inner && outputStride >= columns)
    Reference.matrixProduct(
      rows: rows, inner: inner, columns: columns, a: input, aStride: inputStride, b: weights, bias: bias,
      activation: activation, output: output, outputStride: outputStride, residual: residual,
      residualStride: residualStride)
  }
}
