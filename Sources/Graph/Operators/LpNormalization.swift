import Core

/// x divided by its norm along one axis, the sum of absolute values (p = 1) or the root of squares (p = 2): ONNX
/// `LpNormalization`. Where the norm is 0 the result is 0.
package struct LpNormalization: Operator {
  package let axis: Int
  package let p: Int

  /// - Throws: `invalidArgument` unless p is 1 or 2.
  package init(axis: Int, p: Int) throws(FacenetError) {
    guard p == 1 || p == 2 else { throw FacenetError(.invalidArgument, "p must be 1 or 2, got \(p)") }
    self.axis = axis
    self.p = p
  }

  package var name: String { "LpNormalization" }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    try inputs[0]!.checkFloat("input 0")
    _ = try resolvedAxis(axis, rank: inputs[0]!.rank)
    return [inputs[0]!.type]
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let shape = site.outputs[0].shape
    let axis = try resolvedAxis(axis, rank: shape.count)
    let (outer, size) = (shape[..<axis].reduce(1, *), shape[axis])
    let inner = shape[(axis + 1)...].reduce(1, *)
    let p = p
    return Kernel("norm") { frame in
      let (x, y): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (frame.input(0), frame.output(0))
      for line in 0..<outer * inner {
        let start = line / inner * size * inner + line % inner
        var sum = 0.0
        for index in 0..<size {
          let value = Double(x[start + index * inner])
          sum += p == 1 ? abs(value) : value * value
        }
        let norm = p == 1 ? sum : sum.squareRoot()
        for index in 0..<size {
          y[start + index * inner] = norm == 0 ? 0 : Float(Double(x[start + index * inner]) / norm)
        }
      }
    }
  }
}
