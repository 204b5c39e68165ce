import Core

/// Moves multiplications and additions by constants that follow a convolution or matrix product into its weights and
/// bias: batch normalisation, affine layers, scaled residuals.
/// - Throws: `tooLarge` when the new weights, where they take more memory than the old, do not fit into `budget`.
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

/// New weights for a node, and the value that its output now is.
private struct AffinePatch {
  let node: Int
  let weights: Tensor
  let bias: Tensor
  let absorbed: Int
  /// Old weights that nobody reads any more.
  let unread: Graph.Value?

  func apply(to graph: inout Graph) {
    let (weightValue, biasValue) = (graph.makeValue(), graph.makeValue())
    if let unread { graph.constants[unread] = nil }
    graph.constants[weightValue] = weights
    graph.constants[biasValue] = bias
    var inputs = Array(graph.nodes[node].inputs.prefix(3))
    while inputs.count < 3 { inputs.append(nil) }
    inputs[1] = weightValue
    inputs[2] = biasValue
    graph.nodes[node].inputs = inputs
    graph.nodes[node].outputs = graph.nodes[absorbed].outputs
    graph.nodes.remove(at: absorbed)
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
    let weightValue = before.inputs[1], let old = graph.operand(weightValue)
  else { return nil }
  // Old weights that no other node reads make room for the new, unless they were never in memory.
  let growth = uses[weightValue] == 1 && old.deferred == nil ? 0 : old.type.byteCount
  try budget.copy().take(growth, for: "weight \(old.type) with '\(node.name)' folded into it")
  let weights = try old.weights()
  guard let (newWeights, newBias) = try operation.absorbing(affine, weights: weights, bias: bias)
  else { return nil }
  try budget.take(growth, for: "its weight")
  return AffinePatch(
    node: producer, weights: newWeights, bias: newBias, absorbed: position,
    unread: uses[weightValue] == 1 ? weightValue : nil)
}
