import Core
import Graph
import ONNX

/// An operator that a C function computes, with the attributes of one node.
struct ForeignOperator: Operator {
  let function: ForeignFunction
  let attributes: [OperatorAttribute.Value]

  /// - Throws: `corrupt` for a node whose inputs, outputs or attributes are not those of the function.
  init(_ function: ForeignFunction, _ node: NodeReader) throws(FacenetError) {
    self.function = function
    let signature = function.signature
    guard node.inputCount == signature.inputs.count else {
      throw FacenetError(.corrupt, "\(signature.inputs.count) inputs wanted, got \(node.inputCount)")
    }
    guard node.outputCount <= signature.outputs.count else {
      throw FacenetError(.corrupt, "\(signature.outputs.count) outputs wanted, got \(node.outputCount)")
    }
    var values: [OperatorAttribute.Value] = []
    for attribute in function.attributes { values.append(try attribute.value(in: node)) }
    attributes = values
  }

  package var name: String { function.description.name }

  package var requiredInputs: Range<Int> { 0..<function.signature.inputs.count }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let signature = function.signature
    let given = inputs.map { $0!.type }
    for (index, (element, type)) in zip(signature.inputs, given).enumerated() where type.element != element {
      throw FacenetError(.unsupported, "input \(index) is \(type.element), it can be \(element)")
    }
    let shapes = try function.shapes.resolved(given.map(\.shape), attributes)
    var types: [TensorType] = []
    for (output, shape) in zip(signature.outputs, shapes) { types.append(try .checked(output.element, shape)) }
    try check(given, types)
    return types
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let inputs = site.inputs.map { $0!.type }
    let call = try PreparedCall(
      self, inputs: inputs, outputs: outputTypes(site.inputs), wantedOutputs: site.outputs.count)
    return Kernel("foreign", scratchBytes: call.scratchBytes) { frame throws(FacenetError) in try call.run(frame) }
  }

  /// - Throws: `invalidArgument` where memory would be too small for what the function does.
  private func check(_ inputs: [TensorType], _ outputs: [TensorType]) throws(FacenetError) {
    let signature = function.signature
    for (index, output) in signature.outputs.enumerated() {
      guard let copied = output.copied, inputs[copied].shape != outputs[index].shape else { continue }
      throw FacenetError(
        .invalidArgument,
        "output \(index) is \(outputs[index]), it begins as a copy of input \(copied), \(inputs[copied])")
    }
    if signature.isElementwise { return try checkElementwise(inputs, outputs) }
    guard case .value = signature.result, outputs[0].count != 1 else { return }
    throw FacenetError(.invalidArgument, "output 0 is \(outputs[0]), the function returns one value")
  }

  private func checkElementwise(_ inputs: [TensorType], _ outputs: [TensorType]) throws(FacenetError) {
    let count = outputs[0].count
    for (index, output) in outputs.enumerated() where output.count != count {
      throw FacenetError(.invalidArgument, "output \(index) is \(output), as many elements wanted as \(outputs[0]) has")
    }
    for (index, input) in inputs.enumerated() where input.count != count && input.count != 1 {
      throw FacenetError(
        .invalidArgument, "input \(index) is \(input), one element wanted or as many as its output \(outputs[0]) has")
    }
  }
}

extension OperatorAttribute {
  /// What a node gives it, or else its default.
  /// - Throws: `corrupt` where it is missing, of another kind or larger than what is passed.
  fileprivate func value(in node: NodeReader) throws(FacenetError) -> Value {
    if let fallback, !node.has(name) { return fallback }
    guard isInteger else { return .number(Double(try node.float(name, default: nil))) }
    let value = try node.integer(name, default: nil)
    let range = Self.range(passed)
    guard range.contains(value) else {
      throw FacenetError(.corrupt, "the attribute '\(name)' is \(value), the function takes \(range)")
    }
    return .integer(value)
  }
}
