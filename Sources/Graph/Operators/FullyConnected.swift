import Core
import Kernels

/// What a packed matrix depends on beside its node: what is fused into it differs from plan to plan.
struct PackedProductVariant: Hashable {
  let inner: Int
  let columns: Int
  let activation: Activation

  var byteCount: Int { MatrixProduct.packedCount(inner: inner, columns: columns) * MemoryLayout<Float>.stride }
}

/// alpha A' B' + beta C with A' (M, K), B' (K, N) and C broadcast to (M, N): ONNX `Gemm` and what was fused into it.
///
/// Inputs: A, B, C (may be absent).
package struct FullyConnected: AbsorbingOperator {
  package let alpha: Float
  package let beta: Float
  package let transposesA: Bool
  package let transposesB: Bool
  private(set) var activation: Activation = .none

  package init(alpha: Float, beta: Float, transposesA: Bool, transposesB: Bool) {
    self.alpha = alpha
    self.beta = beta
    self.transposesA = transposesA
    self.transposesB = transposesB
  }

  package var name: String { "Gemm" }
  package var requiredInputs: Range<Int> { 0..<2 }
  package var constantInputs: Set<Int> { [1, 2] }

  private struct Sizes: Hashable { var rows, inner, columns: Int }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let sizes = try sizes(inputs[0]!, inputs[1]!)
    if inputs.count > 2, let addend = inputs[2] { _ = try addendStrides(addend.type, sizes) }
    return [TensorType(.float32, [sizes.rows, sizes.columns])]
  }

  private func sizes(_ a: Operand, _ b: Operand) throws(FacenetError) -> Sizes {
    guard a.type.element == .float32, b.type.element == .float32, a.rank == 2, b.rank == 2 else {
      throw FacenetError(.unsupported, "A is \(a.type) and B is \(b.type); both must be float32 matrices")
    }
    let (rows, inner) = transposesA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
    let (innerB, columns) = transposesB ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
    guard inner == innerB else {
      throw FacenetError(.invalidArgument, "A is \(a.shape) and B is \(b.shape): \(inner) and \(innerB) do not agree")
    }
    return Sizes(rows: rows, inner: inner, columns: columns)
  }

  private func addendStrides(_ type: TensorType, _ sizes: Sizes) throws(FacenetError) -> (row: Int, column: Int) {
    let shape = [Int](repeating: 1, count: max(0, 2 - type.shape.count)) + type.shape
    guard type.element == .float32, shape.count == 2, [1, sizes.rows].contains(shape[0]),
      [1, sizes.columns].contains(shape[1])
    else {
      throw FacenetError(.invalidArgument, "C is \(type), which does not broadcast to (\(sizes.rows),\(sizes.columns))")
    }
    return (row: shape[0] == 1 ? 0 : shape[1], column: shape[1] == 1 ? 0 : 1)
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let sizes = try sizes(site.inputs[0]!, site.inputs[1]!)
    guard sizes.rows * sizes.inner * sizes.columns > 0 else {
      throw FacenetError(.unsupported, "an empty matrix product of \(sizes.rows) x \(sizes.inner) x \(sizes.columns)")
    }
    let addend = site.inputs.count > 2 ? site.inputs[2]?.constant : nil
    let bias = try bias(addend, sizes)
    let variant = PackedProductVariant(inner: sizes.inner, columns: sizes.columns, activation: activation)
    let matrix = site.inputs[1]!
    let packed = try site.packed(
      matrix, for: variant, byteCount: variant.byteCount, workingBytes: alpha == 1 ? 0 : matrix.type.byteCount
    ) { matrix throws(FacenetError) in
      let scaled = alpha == 1 ? matrix : try matrix.scaled { _ in alpha }
      return try scaled.withValues { matrix throws(FacenetError) in
        try bias.withValues { bias throws(FacenetError) in
          try MatrixProduct(
            inner: sizes.inner, columns: sizes.columns, matrix: matrix, transposed: transposesB, bias: bias,
            activation: activation)
        }
      }
    }
    let matrixResidual = try bias == nil ? residual(addend, sizes, site.budget) : nil
    let transposesA = transposesA
    let scratch = transposesA ? sizes.rows * sizes.inner * MemoryLayout<Float>.stride : 0
    return Kernel(
      "matrix product", multiplyAdds: sizes.rows * sizes.inner * sizes.columns, scratchBytes: scratch
    ) { frame in
      var input: UnsafePointer<Float> = frame.input(0)
      if transposesA {
        let target = frame.scratch.assumingMemoryBound(to: Float.self)
        for row in 0..<sizes.rows {
          for k in 0..<sizes.inner { target[row * sizes.inner + k] = input[k * sizes.rows + row] }
        }
        input = UnsafePointer(target)
      }
      matrixResidual.withValues { addend in
        packed.run(
          rows: sizes.rows, input: input, inputStride: sizes.inner, output: frame.output(0),
          outputStride: sizes.columns, residual: addend?.baseAddress, residualStride: sizes.columns,
          threads: frame.threads)
      }
    }
  }

  /// beta C where it is the same for every row; nil where there is none or it is a matrix.
  private func bias(_ addend: Tensor?, _ sizes: Sizes) throws(FacenetError) -> Tensor? {
    guard let addend else { return nil }
    let strides = try addendStrides(addend.type, sizes)
    guard strides.row == 0 else { return nil }
    let values = addend.values(as: Float.self)
    return try Tensor([sizes.columns], (0..<sizes.columns).map { beta * values[$0 * strides.column] })
  }

  /// beta C as a matrix of the output's size; nil where there is none.
  private func residual(_ addend: Tensor?, _ sizes: Sizes, _ budget: MemoryBudget) throws(FacenetError) -> Tensor? {
    guard let addend else { return nil }
    let strides = try addendStrides(addend.type, sizes)
    let values = addend.values(as: Float.self)
    let type = try TensorType.checked(.float32, [sizes.rows, sizes.columns])
    try budget.take(type.byteCount, for: "its C as a matrix \(type)")
    return try Tensor(type) { memory in
      let target = memory.bindMemory(to: Float.self)
      for row in 0..<sizes.rows {
        for column in 0..<sizes.columns {
          target[row * sizes.columns + column] = beta * values[row * strides.row + column * strides.column]
        }
      }
    }
  }

  package func absorbing(_ affine: ChannelAffine, weights: Operand, bias: Tensor?) throws(FacenetError)
    -> (weights: Tensor?, bias: Tensor)?
  {
    guard activation == .none, alpha == 1, beta == 1, weights.rank == 2,
      weights.type.element == .float32
    else { return nil }
    let columns = weights.shape[transposesB ? 0 : 1]
    guard columns > 0, bias == nil || bias?.shape == [columns], let affine = affine.expanded(to: columns, rank: 2)
    else {
      return nil
    }
    let inner = weights.type.count / columns
    let scaled = try affine.scaled(weights) { transposesB ? $0 / inner : $0 % columns }
    return (scaled, try affine.applied(toBias: bias, channels: columns))
  }

  package func absorbing(_ activation: Activation) -> (any AbsorbingOperator)? {
    guard self.activation == .none else { return nil }
    var fused = self
    fused.activation = activation
    return fused
  }

  package func absorbingResidual() -> (any AbsorbingOperator)? { nil }
}
