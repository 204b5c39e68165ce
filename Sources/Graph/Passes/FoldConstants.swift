import Core

/// Replaces nodes whose inputs are all constant by their results, large weights by the way to compute them.
/// - Throws: `tooLarge` when the results do not fit into `budget`; `cancelled`.
func foldConstants(_ graph: inout Graph, budget: MemoryBudget) throws(FacenetError) {
  var kept: [Graph.Node] = []
  for (index, node) in graph.nodes.enumerated() {
    try Progress.reached(Double(index) / Double(graph.nodes.count))
    var operands: [Operand?] = []
    var foldable = true
    for input in node.inputs {
      let operand = input.flatMap { graph.operand($0) }
      foldable = foldable && (input == nil || operand != nil)
      operands.append(operand)
    }
    guard foldable else {
      kept.append(node)
      continue
    }
    operands = try operands.materialized()
    if let deferred = try graph.deferred(node, operands), let value = node.outputs[0] {
      graph.deferred[value] = deferred
      continue
    }
    let results = try evaluate(node, operands, budget: budget)
    for (value, result) in zip(node.outputs, results) {
      if let value { graph.constants[value] = result }
    }
  }
  graph.nodes = kept
}

/// Runs one node on constants.
/// - Throws: the operator's error, with the node's name; `tooLarge` when its outputs do not fit into `budget`.
func evaluate(_ node: Graph.Node, _ inputs: [Operand?], budget: MemoryBudget) throws(FacenetError) -> [Tensor] {
  do throws(FacenetError) {
    let types = try node.outputTypes(inputs)
    if let known = try node.operation.knownOutputs(inputs) { return known }
    try budget.check(types)
    let (operands, results) = try laidOut(node, inputs, types)
    let site = Site(
      inputs: operands, outputs: results, threads: 1, node: node.identifier, cache: PackedWeights(),
      moved: MovedConstants(), budget: budget.copy())
    let kernel = try node.operation.kernel(site)
    guard let body = kernel.body else { return [try inputs[0]!.constant!.reshaped(types[0].shape)] }
    try budget.take(types)
    var outputs: [Tensor] = []
    for type in types { outputs.append(try Tensor(type)) }
    let scratch = try AlignedBuffer(count: kernel.scratchBytes, limit: budget.limit)
    let sources = operands.map { $0?.constant.flatMap { UnsafeMutableRawPointer(mutating: $0.bytes.baseAddress) } }
    let targets = outputs.map { UnsafeMutableRawPointer(mutating: $0.bytes.baseAddress) }
    try withExtendedLifetime(operands) { () throws(FacenetError) in try run(body, sources, targets, scratch) }
    return try zip(outputs, results).map { output, result throws(FacenetError) in
      try output.reordered(from: result.layout, to: .plain)
    }
  } catch { throw error.located(at: node) }
}

/// Inputs and outputs in the order of axes that the operator's kernel takes, as a plan would bring them.
private func laidOut(_ node: Graph.Node, _ inputs: [Operand?], _ types: [TensorType]) throws(FacenetError)
  -> (inputs: [Operand?], outputs: [Operand])
{
  switch node.operation.layoutRule(inputs) {
  case .channelsLast, .eitherToChannelsLast: break
  default: return (inputs, types.map { Operand($0) })
  }
  guard let rank = inputs.first??.rank, rank > 2 else { return (inputs, types.map { Operand($0) }) }
  let operands = try inputs.enumerated().map { index, operand throws(FacenetError) -> Operand? in
    guard let operand, let constant = operand.constant, operand.rank == rank,
      !node.operation.constantInputs.contains(index)
    else { return operand }
    return Operand(
      operand.type, layout: .channelsLast, constant: try constant.reordered(from: .plain, to: .channelsLast))
  }
  return (operands, types.map { Operand($0, layout: $0.shape.count > 2 ? .channelsLast : .plain) })
}

private func run(
  _ body: Kernel.Body, _ sources: [UnsafeMutableRawPointer?], _ targets: [UnsafeMutableRawPointer?],
  _ scratch: AlignedBuffer
) throws(FacenetError) {
  try sources.withUnsafeBufferPointer { sources throws(FacenetError) in
    try targets.withUnsafeBufferPointer { targets throws(FacenetError) in
      // An operator without inputs has no array to point into.
      let none = UnsafePointer<UnsafeMutableRawPointer?>(bitPattern: 8)!
      try body(
        Frame(
          inputs: sources.baseAddress ?? none, outputs: targets.baseAddress ?? none,
          scratch: scratch.bytes.baseAddress!, threads: 1))
    }
  }
}

extension Graph.Node {
  /// The operator's output types, each of a size that can be, at least as many as the node names.
  func outputTypes(_ operands: [Operand?]) throws(FacenetError) -> [TensorType] {
    for index in operation.requiredInputs where index >= operands.count || operands[index] == nil {
      throw FacenetError(.corrupt, "input \(index) is missing, there are \(operands.count)")
    }
    var types: [TensorType] = []
    for type in try operation.outputTypes(operands) {
      types.append(try TensorType.checked(type.element, type.shape))
    }
    guard types.count >= outputs.count else {
      throw FacenetError(.unsupported, "\(outputs.count) outputs wanted, it has \(types.count)")
    }
    return types
  }
}

extension FacenetError {
  /// The failure with the node it happened at in front: `Conv 'conv_3': ...`.
  func located(at node: Graph.Node) -> FacenetError {
    FacenetError(status, "\(node.operation.name) '\(node.name)': \(message)")
  }
}
