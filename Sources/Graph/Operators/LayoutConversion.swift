import Core

/// The same values in another order of axes in memory, or out of a wider image into one of their own.
struct LayoutConversion: Operator {
  var name: String { "layout" }

  func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] { inputs.compactMap { $0?.type } }

  func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    guard let input = site.inputs[0] else { throw FacenetError(.internal, "nothing to convert") }
    let (shape, from, to) = (input.shape, input.strides, site.outputs[0].strides)
    if shape.indices.allSatisfy({ shape[$0] == 1 || from[$0] == to[$0] }) { return .alias }
    let copy = StridedCopy(shape: shape, from: from, to: to)
    let size = input.type.element.size
    return Kernel("layout") { frame in
      copy.run(frame.input(0), frame.output(0), elementSize: size)
    }
  }
}
