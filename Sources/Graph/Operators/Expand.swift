import Core

/// Values repeated along axes until they fill a shape: ONNX `Expand` (by broadcasting with input 1) and `Tile`
/// (input 1 times along every axis).
package struct Expand: Operator {
  package let repeats: Bool

  /// - Parameter repeats: input 1 says how often, not what shape.
  package init(repeats: Bool = false) { self.repeats = repeats }

  package var name: String { repeats ? "Tile" : "Expand" }
  package var requiredInputs: Range<Int> { 0..<2 }
  package var constantInputs: Set<Int> { [1] }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let input = inputs[0]!
    let list = try inputs[1]!.constant?.integers() ?? []
    guard list.allSatisfy({ $0 >= 0 }) else { throw FacenetError(.invalidArgument, "a negative size in \(list)") }
    guard repeats else { return [TensorType(input.type.element, try broadcastShape([input.shape, list]))] }
    guard list.count == input.rank else {
      throw FacenetError(.invalidArgument, "\(list.count) repeats for a tensor of rank \(input.rank)")
    }
    var shape: [Int] = []
    for (size, times) in zip(input.shape, list) {
      shape.append(try checkedProduct([size, times], what: "the repeated axis"))
    }
    return [TensorType(input.type.element, shape)]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .anyToPlain }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let (input, output) = (site.inputs[0]!, site.outputs[0])
    let size = input.type.element.size
    let copy: StridedCopy
    if repeats {
      // Every axis is two: which copy, and where in it.
      let shape = zip(output.shape, input.shape).flatMap { [$1 == 0 ? 0 : $0 / $1, $1] }
      let from = input.strides.flatMap { [0, $0] }
      let to = zip(output.strides, input.shape).flatMap { [$0 * $1, $0] }
      copy = StridedCopy(shape: shape, from: from, to: to)
    } else {
      copy = StridedCopy(shape: output.shape, from: input.strides(broadcastTo: output.shape), to: output.strides)
    }
    return Kernel("repeat") { frame in copy.run(frame.input(0), frame.output(0), elementSize: size) }
  }
}
