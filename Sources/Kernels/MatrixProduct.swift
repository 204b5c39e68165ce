import Core
import KernelCore

/// C (M, N) = activation(A (M, K) B (K, N) + bias + residual) with B packed once. Serves any number of rows M.
///
/// Immutable: any thread.
package final class MatrixProduct: Sendable {
  /// K, the length of the sums.
  package let inner: Int
  /// N, the columns of the output.
  package let columns: Int
  private let kernels: any KernelTable.Type
  private let panels: AlignedBuffer
  private let epilogue: PackedEpilogue

  /// Floats that the packed B, bias and slopes take up.
  package static func packedCount(inner: Int, columns: Int, kernels: any KernelTable.Type = Processor.kernels) -> Int {
    let width = kernels.registerWidth
    return PackedPanels.count(depth: inner, columns: columns, width: width)
      + PackedEpilogue.count(columns: columns, groups: 1, width: width)
  }

  /// - Parameters:
  ///   - matrix: B as (K, N) row-major, or (N, K) where `transposed`.
  ///   - bias: N values, or nil for none.
  /// - Throws: `invalidArgument` or `tooLarge` for sizes out of range or arrays that do not fit them.
  package init(
    inner: Int, columns: Int, matrix: UnsafeBufferPointer<Float>, transposed: Bool = false,
    bias: UnsafeBufferPointer<Float>? = nil, activation: Activation = .none,
    kernels: any KernelTable.Type = Processor.kernels
  ) throws(FacenetError) {
    let count = try checkedProduct([inner, columns], limit: 1 << 32, what: "the matrix")
    guard let start = matrix.baseAddress, inner > 0, columns > 0, matrix.count == count else {
      throw FacenetError(
        .invalidArgument, "matrix product: \(matrix.count) values, expected \(inner) x \(columns)")
    }
    try activation.validate(bias: bias, channels: columns, what: "matrix product")
    self.inner = inner
    self.columns = columns
    self.kernels = kernels
    let width = kernels.registerWidth
    epilogue = try PackedEpilogue(bias: bias, activation: activation, columns: columns, groups: 1, width: width)
    panels = try AlignedBuffer(
      count: PackedPanels.count(depth: inner, columns: columns, width: width) * MemoryLayout<Float>.stride,
      isFilled: true)
    PackedPanels.pack(
      start, stride: transposed ? inner : columns, transposed: transposed, depth: inner, columns: columns,
      width: width, into: panels.pointer())
  }

  /// Strides are floats from one row to the next. `residual` has the output's shape and may be the output itself when
  /// the strides agree; otherwise no two buffers overlap.
  package func run(
    rows: Int, input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>, outputStride: Int,
    residual: UnsafePointer<Float>? = nil, residualStride: Int = 0, threads: Int = 1
  ) {
    precondition(inputStride >= inner && outputStride >= columns)
    var product = Product(
      input: input, weights: UnsafePointer(panels.pointer(to: Float.self)), output: output,
      tileRows: kernels.tileRows(columns: columns), epilogue: epilogue.epilogue())
    product.depth = inner
    product.inputStride = inputStride
    product.outputStride = outputStride
    product.residual = residual
    product.residualStride = residualStride
    product.run(rows: rows, columns: columns, kernels: kernels, threads: threads)
  }
}
