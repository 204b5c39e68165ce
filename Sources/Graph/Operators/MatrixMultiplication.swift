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
    guard sizes.product.rows * sizes.product.inner * sizes.product.columns * sizes.pairs.count > 0 else {
      return Kernel("empty") { frame in
        frame.output(0, as: Float.self).update(repeating: 0, count: sizes.outputShape.reduce(1, *))
      }
    }
    if let matrix = site.inputs[1]?.constant, matrix.shape.count <= 2 { return try packedKernel(site, sizes, matrix) }
    return batchedKernel(site, sizes)
  }

  /// B known and the same for all: packed once, the rows of all batches in one product.
  private func packedKernel(_ site: Site, _ sizes: Sizes, _ matrix: Tensor) throws(FacenetError) -> Kernel {
    let (inner, columns) = (sizes.product.inner, sizes.product.columns)
    let bias = site.inputs.optional(2)?.constant
    let packed = try site.packed(for: [inner, columns]) { () throws(FacenetError) in
      try matrix.withValues { matrix throws(FacenetError) in
        try bias.withValues { bias throws(FacenetError) in
          try MatrixProduct(inner: inner, columns: columns, matrix: matrix, bias: bias, activation: activation)
        }
      }
    }
    let addsResidual = addsResidual
    let rows = sizes.product.rows * sizes.pairs.count
    return Kernel("matrix product", multiplyAdds: rows * inner * columns) { frame in
      packed.run(
        rows: rows, input: frame.input(0), inputStride: inner, output: frame.output(0), outputStride: columns,
        residual: addsResidual ? frame.input(3) : nil, residualStride: columns, threads: frame.threads)
    }
  }

  private func batchedKernel(_ site: Site, _ sizes: Sizes) -> Kernel {
    let product = sizes.product
    let scratch = product.scratchCount(threads: site.threads) * MemoryLayout<Float>.stride
    let work = product.rows * product.inner * product.columns * sizes.pairs.count
    return Kernel("batched product", multiplyAdds: work, scratchBytes: scratch) { frame in
      let (a, b): (UnsafePointer<Float>, UnsafePointer<Float>) = (frame.input(0), frame.input(1))
      let output: UnsafeMutablePointer<Float> = frame.output(0)
      for (index, pair) in sizes.pairs.enumerated() {
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
  /// Constants along the last axis, where B is a matrix.
  package func absorbing(_ affine: ChannelAffine, weights: Tensor, bias: Tensor?) throws(FacenetError)
    -> (Tensor, Tensor)?
  {
    guard activation == .none, !addsResidual, weights.shape.count == 2, weights.type.element == .float32,
      affine.constantShape.count == 1 || affine.scale.count == 1 && affine.shift.count == 1
    else { return nil }
    let columns = weights.shape[1]
    guard columns > 0, [1, columns].contains(affine.scale.count), [1, columns].contains(affine.shift.count) else {
      return nil
    }
    let source = weights.values(as: Float.self)
    let scaled = source.indices.map { source[$0] * affine.scale[affine.scale.count == 1 ? 0 : $0 % columns] }
    let full = { (values: [Float]) in values.count == 1 ? [Float](repeating: values[0], count: columns) : values }
    let whole = ChannelAffine(scale: full(affine.scale), shift: full(affine.shift))
    return (try Tensor(weights.shape, scaled), try whole.applied(toBias: bias, channels: columns))
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

  /// One product and the matrices of A and B that each output matrix is made of.
  private struct Sizes {
    let product: BatchedProduct
    let pairs: [(a: Int, b: Int)]
    let outputShape: [Int]

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
      pairs = try Self.pairs(batches, Array(left.dropLast(2)), Array(right.dropLast(2)))
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

    private static func pairs(_ shape: [Int], _ a: [Int], _ b: [Int]) throws(FacenetError) -> [(a: Int, b: Int)] {
      let count = try checkedProduct(shape, limit: 1 << 24, what: "the number of matrices \(shape)")
      let position = { (index: Int, own: [Int]) -> Int in
        var (rest, result, step) = (index, 0, 1)
        for axis in shape.indices.reversed() {
          let coordinate = rest % shape[axis]
          rest /= shape[axis]
          let ownAxis = axis - (shape.count - own.count)
          guard ownAxis >= 0 else { continue }
          if own[ownAxis] != 1 { result += coordinate * step }
          step *= own[ownAxis]
        }
        return result
      }
      return (0..<count).map { (a: position($0, a), b: position($0, b)) }
    }
  }
}
