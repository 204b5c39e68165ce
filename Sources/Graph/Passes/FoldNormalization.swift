import Core

/// Moves multiplications and additions by constants that follow a convolution or matrix product into its weights and
/// bias: batch normalisation, affine layers, scaled residuals. They stay where they are when the new weights, which may
/// take more memory than the old, do not fit into `budget`.
func foldNormalization(_ graph: inout Graph, budget: MemoryBudget) throws(FacenetError) {
  var changed = true
  while changed {
    changed = false
    let uses = graph.useCounts()
    let producers = graph.producers()
    for position in graph.nodes.indices {
      guard
        let patch = try affinePatch(at: position, in: graph, uses: uses, producers: producers, budget: budget)
      else { continue }
      patch.apply(to: &graph)
      changed = true
      break
    }
  }
}

/// New weights, if any, and a new bias for a node, and the value that its output now is.
private struct AffinePatch {
  let node: Int
  let weights: Tensor?
  let bias: Tensor
  let absorbed: Int
  /// Old weights that nobody reads any more.
  let unread: Graph.Value?

  func apply(to graph: inout Graph) {
    var inputs = Array(graph.nodes[node].inputs.prefix(3))
    while inputs.count < 3 { inputs.append(nil) }
    if let unread { graph.constants[unread] = nil }
    if let weights { inputs[1] = graph.constant(weights) }
    inputs[2] = graph.constant(bias)
    graph.nodes[node].inputs = inputs
    graph.nodes[node].outputs = graph.nodes[absorbed].outputs
    graph.nodes.remove(at: absorbed)
  }
}

extension Graph {
  fileprivate mutating func constant(_ tensor: Tensor) -> Value {
    let value = makeValue()
    constants[value] = tensor
    return value
  }
}

private func affinePatch(
  at position: Int, in graph: Graph, uses: [Graph.Value: Int], producers: [Graph.Value: Int],
  budget: MemoryBudget
) throws(FacenetError) -> AffinePatch? {
  let node = graph.nodes[position]
  let operands = node.inputs.map { $0.flatMap { graph.constants[$0] }.map { Operand($0.type, constant: $0) } }
  guard let affine = node.operation.channelAffine(operands), affine.input < node.inputs.count,
    let source = node.inputs[affine.input], uses[source] == 1, let producer = producers[source]
  else { return nil }
  let before = graph.nodes[producer]
  let biasValue = before.inputs.count > 2 ? before.inputs[2] : nil
  let bias = biasValue.flatMap { graph.constants[$0] }
  guard let operation = before.operation as? any AbsorbingOperator, before.outputs.first == source,
    before.inputs.count == 2 || before.inputs.count == 3, bias != nil || biasValue == nil,
    let weightValue = before.inputs[1], let weights = graph.operand(weightValue)
  else { return nil }
  // Old weights that no other node reads make room for the new, unless they were never in memory.
  let isOnlyReader = uses[weightValue] == 1
  let growth = !affine.scales || isOnlyReader && weights.deferred == nil ? 0 : weights.type.byteCount
  guard growth <= budget.left, let new = try operation.absorbing(affine, weights: weights, bias: bias)
  else { return nil }
  try budget.take(growth, for: "its weight")
  return AffinePatch(
    node: producer, weights: new.weights, bias: new.bias, absorbed: position,
    unread: isOnlyReader && new.weights != nil ? weightValue : nil)
}
