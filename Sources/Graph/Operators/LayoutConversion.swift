import Core

/// The same values in another order of axes in memory.
struct LayoutConversion: Operator {
  var name: String { "layout" }

  func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] { inputs.compactMap { $0?.type } }

  func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    guard let input = site.inputs[0] else { throw FacenetError(.internal, "nothing to convert") }
    let shape = input.shape
    let pixels = shape.dropFirst(2).reduce(1, *)
    if pixels == 1 || shape[1] == 1 { return .alias }
    let copy = StridedCopy(shape: shape, from: input.strides, to: site.outputs[0].strides)
    let size = input.type.element.size
    return Kernel("layout") { frame in
      copy.run(frame.input(0), frame.output(0), elementSize: size)
    }
  }
}
