import Core
import Kernels

/// (x - mean) / sqrt(variance + epsilon) * scale + bias over the last axes, from `axis` on: ONNX `LayerNormalization`;
/// Ba, Kiros, Hinton, "Layer Normalization" (2016), equation 4. Outputs: y, and where asked the mean and 1 / deviation.
package struct LayerNormalization: Operator {
  package let axis: Int
  package let epsilon: Float

  package init(axis: Int, epsilon: Float) {
    self.axis = axis
    self.epsilon = epsilon
  }

  package var name: String { "LayerNormalization" }
  package var requiredInputs: Range<Int> { 0..<2 }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let x = inputs[0]!
    try x.checkFloat("input 0")
    let axis = try resolvedAxis(axis, rank: x.rank)
    let normalized = Array(x.shape[axis...])
    for (index, name) in [(1, "scale"), (2, "bias")] {
      guard let operand = inputs.optional(index) else { continue }
      try operand.checkFloat(name)
      guard try broadcastShape([operand.shape, normalized]) == normalized, normalized.count > 0 else {
        throw FacenetError(.invalidArgument, "\(name) is \(operand.type), the normalised axes are \(normalized)")
      }
    }
    let statistics = TensorType(.float32, Array(x.shape[..<axis]) + normalized.map { _ in 1 })
    return [x.type, statistics, statistics]
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let x = site.inputs[0]!
    let axis = try resolvedAxis(axis, rank: x.rank)
    let count = x.shape[axis...].reduce(1, *)
    guard x.type.count > 0 else { return Kernel("empty") { _ in } }
    let rows = x.type.count / count
    let bias = site.inputs.optional(2)
    guard site.inputs[1]!.type.count == count, bias == nil || bias?.type.count == count else {
      throw FacenetError(.unsupported, "scale and bias must have \(count) values")
    }
    let (epsilon, wanted) = (epsilon, site.outputs.count)
    return Kernel("layer normalization") { frame in
      let (x, y): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (frame.input(0), frame.output(0))
      for row in 0..<rows where wanted > 1 {
        let mean = Reduction.sum(x + row * count, count: count) / Float(count)
        frame.output(1, as: Float.self)[row] = mean
        var squares = 0.0
        for index in 0..<count { squares += Double((x[row * count + index] - mean) * (x[row * count + index] - mean)) }
        if wanted > 2 {
          frame.output(2, as: Float.self)[row] = 1 / (Float(squares / Double(count)) + epsilon).squareRoot()
        }
      }
      RowFunctions.layerNormalization(
        rows: rows, count: count, epsilon: epsilon, input: x, scale: frame.input(1),
        shift: bias == nil ? nil : frame.input(2), output: y)
    }
  }
}
