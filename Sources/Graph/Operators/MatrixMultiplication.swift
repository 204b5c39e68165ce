import Core
import Kernels

/// The matrix product over the last two axes, all others broadcast: numpy's `matmul`, ONNX `MatMul` and what was fused
/// into it where B is one constant matrix.
///
/// Inputs: A, B, and where something was fused: bias (may be absent), residual (present when `addsResidual`).
package struct MatrixMultiplication: AbsorbingOperator {
  private var activation: Activation = .none
  private var addsResidual = false

  package init() {}

  package var name: String { "MatMul" }
  package var requiredInputs: Range<Int> { 0..<2 }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    [TensorType(.float32, try Sizes(inputs[0]!.type, inputs[1]!.type).outputShape)]
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let sizes = try Sizes(site.inputs[0]!.type, site.inputs[1]!.type)
    let count = site.outputs[0].type.count
    guard count > 0, sizes.product.inner > 0 else {
      return Kernel("empty") { $0.output(0, as: Float.self).update(repeating: 0, count: count) }
    }
    if let matrix = site.inputs[1], matrix.isKnown, matrix.rank <= 2 { return try packedKernel(site, sizes, matrix) }
    return try batchedKernel(site, sizes)
  }

  /// B known and the same for all: packed once, the rows of all batches in one product.
  private func packedKernel(_ site: Site, _ sizes: Sizes, _ matrix: Operand) throws(FacenetError) -> Kernel {
    let (inner, columns) = (sizes.product.inner, sizes.product.columns)
    let bias = site.inputs.optional(2)?.constant
    let variant = PackedProductVariant(inner: inner, columns: columns, activation: activation)
    let packed = try site.packed(matrix, for: variant, byteCount: variant.byteCount) { matrix throws(FacenetError) in
      try matrix.withValues { matrix throws(FacenetError) in
        try bias.withValues { bias throws(FacenetError) in
          try MatrixProduct(inner: inner, columns: columns, matrix: matrix, bias: bias, activation: activation)
        }
      }
    }
    let addsResidual = addsResidual
    let rows = site.outputs[0].type.count / columns
    return Kernel("matrix product", multiplyAdds: rows * inner * columns) { frame in
      packed.run(
        rows: rows, input: frame.input(0), inputStride: inner, output: frame.output(0), outputStride: columns,
        residual: addsResidual ? frame.input(3) : nil, residualStride: columns, threads: frame.threads)
    }
  }

  private func batchedKernel(_ site: Site, _ sizes: Sizes) throws(FacenetError) -> Kernel {
    let (product, pairs) = (sizes.product, try sizes.pairs())
    let scratch = product.scratchCount(threads: site.threads) * MemoryLayout<Float>.stride
    let work = product.rows * product.inner * product.columns * pairs.count
    return Kernel("batched product", multiplyAdds: work, scratchBytes: scratch) { frame in
      let (a, b): (UnsafePointer<Float>, UnsafePointer<Float>) = (frame.input(0), frame.input(1))
      let output: UnsafeMutablePointer<Float> = frame.output(0)
      for (index, pair) in pairs.enumerated() {
        product.run(
          a: .init(a + pair.a * product.rows * product.inner, rowStride: product.inner, batchStride: 0),
          b: .init(b + pair.b * product.inner * product.columns, rowStride: product.columns, batchStride: 0),
          output: output + index * product.rows * product.columns, outputStride: product.columns,
          outputBatchStride: 0, scratch: frame.scratch.assumingMemoryBound(to: Float.self), threads: frame.threads)
      }
    }
  }
}

extension MatrixMultiplication {
  /// Only a product whose B is known is packed and has one.
  package func hasStore(_ inputs: [Operand?]) -> Bool {
    guard let matrix = inputs.optional(1), matrix.isKnown else { return false }
    return matrix.rank <= 2 && matrix.type.count > 0
  }

  /// Constants along the last axis, where B is a matrix.
  package func absorbing(_ affine: ChannelAffine, weights: Operand, bias: Tensor?) throws(FacenetError)
    -> (weights: Tensor?, bias: Tensor)?
  {
    guard activation == .none, !addsResidual, weights.rank == 2, weights.type.count > 0,
      weights.type.element == .float32,
      affine.constantShape.count == 1 || affine.scale.count == 1 && affine.shift.count == 1
    else { return nil }
    let columns = weights.shape[1]
    guard columns > 0, [1, columns].contains(affine.scale.count), [1, columns].contains(affine.shift.count) else {
      return nil
    }
    let full = { (values: [Float]) in values.count == 1 ? [Float](repeating: values[0], count: columns) : values }
    let whole = ChannelAffine(scale: full(affine.scale), shift: full(affine.shift))
    return (
      try whole.scaled(weights) { $0 % columns }, try whole.applied(toBias: bias, channels: columns)
    )
  }

  package func absorbing(_ activation: Activation) -> (any AbsorbingOperator)? {
    // A slope a channel belongs to axis 1, which is not the columns.
    if case .prelu(let slopes) = activation, slopes.count > 1 { return nil }
    guard self.activation == .none else { return nil }
    var fused = self
    fused.activation = activation
    return fused
  }

  package func absorbingResidual() -> (any AbsorbingOperator)? {
    guard activation == .none, !addsResidual else { return nil }
    var fused = self
    fused.addsResidual = true
    return fused
  }

  /// One product and how often it is repeated.
  private struct Sizes {
    let product: BatchedProduct
    let outputShape: [Int]
    private let batches, batchesA, batchesB: [Int]

    init(_ a: TensorType, _ b: TensorType) throws(FacenetError) {
      guard a.element == .float32, b.element == .float32, !a.shape.isEmpty, !b.shape.isEmpty else {
        throw FacenetError(.unsupported, "A is \(a) and B is \(b); both must be float32 of rank 1 or more")
      }
      let left = a.shape.count == 1 ? [1] + a.shape : a.shape
      let right = b.shape.count == 1 ? b.shape + [1] : b.shape
      let (rows, inner) = (left[left.count - 2], left[left.count - 1])
      let columns = right[right.count - 1]
      guard inner == right[right.count - 2],
        let batches = Self.broadcast(left.dropLast(2), right.dropLast(2))
      else { throw FacenetError(.invalidArgument, "A is \(a.shape) and B is \(b.shape): they do not agree") }
      product = BatchedProduct(batch: 1, rows: rows, inner: inner, columns: columns)
      (self.batches, batchesA, batchesB) = (batches, left.dropLast(2), right.dropLast(2))
      outputShape = batches + (a.shape.count == 1 ? [] : [rows]) + (b.shape.count == 1 ? [] : [columns])
    }

    private static func broadcast(_ a: ArraySlice<Int>, _ b: ArraySlice<Int>) -> [Int]? {
      let rank = max(a.count, b.count)
      let left = [Int](repeating: 1, count: rank - a.count) + a
      let right = [Int](repeating: 1, count: rank - b.count) + b
      var shape: [Int] = []
      for (x, y) in zip(left, right) {
        guard x == y || x == 1 || y == 1 else { return nil }
        shape.append(x == 1 ? y : x)
      }
      return shape
    }

    /// The matrices of A and B that each output matrix is made of.
    func pairs() throws(FacenetError) -> [(a: Int, b: Int)] {
      let count = try checkedProduct(batches, limit: 1 << 24, what: "the number of matrices \(batches)")
      return (0..<count).map { (a: position($0, batchesA), b: position($0, batchesB)) }
    }

    private func position(_ index: Int, _ own: [Int]) -> Int {
      var (rest, result, step) = (index, 0, 1)
      for axis in batches.indices.reversed() {
        let coordinate = rest % batches[axis]
        rest /= batches[axis]
        let ownAxis = axis - (batches.count - own.count)
        guard ownAxis >= 0 else { continue }
        if own[ownAxis] != 1 { result += coordinate * step }
        step *= own[ownAxis]
      }
      return result
    }
  }
}
