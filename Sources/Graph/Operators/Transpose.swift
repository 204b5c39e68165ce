import Core

/// Axes in another order: ONNX `Transpose`. Where memory already lies in that order nothing is copied.
package struct Transpose: Operator {
  /// Output axis i is input axis order[i]; nil reverses.
  package let order: [Int]?

  package init(order: [Int]?) { self.order = order }

  package var name: String { "Transpose" }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let input = inputs[0]!
    let order = order ?? Array((0..<input.rank).reversed())
    guard order.sorted() == Array(0..<input.rank) else {
      throw FacenetError(.invalidArgument, "\(order) is not an order of the axes of \(input.type)")
    }
    return [TensorType(input.type.element, order.map { input.shape[$0] })]
  }

  /// Where the last axis becomes axis 1, channels last is the order in which the values already lie.
  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule {
    guard let input = inputs[0], input.rank > 2, input.layout == .plain,
      order == [0, input.rank - 1] + Array(1..<input.rank - 1)
    else { return .anyToPlain }
    return .anyToChannelsLast
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let (input, output) = (site.inputs[0]!, site.outputs[0])
    let order = order ?? Array((0..<input.rank).reversed())
    let from = order.map { input.strides[$0] }
    let moves = zip(zip(from, output.strides), output.shape).contains { $0.0 != $0.1 && $1 != 1 }
    if !moves { return .alias }
    let copy = StridedCopy(shape: output.shape, from: from, to: output.strides)
    let size = input.type.element.size
    return Kernel("transpose") { frame in copy.run(frame.input(0), frame.output(0), elementSize: size) }
  }
}
