import Core

/// Moves multiplications and additions by constants that follow a convolution or matrix product into its weights and
/// bias: batch normalisation, affine layers, scaled residuals.
func foldNormalization(_ graph: inout Graph) throws(FacenetError) {
  var changed = true
  while changed {
    changed = false
    let uses = graph.useCounts()
    let producers = graph.producers()
    for position in graph.nodes.indices {
      guard let patch = try affinePatch(at: position, in: graph, uses: uses, producers: producers) else { continue }
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

  func apply(to graph: inout Graph) {
    let (weightValue, biasValue) = (graph.makeValue(), graph.makeValue())
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
  at position: Int, in graph: Graph, uses: [Graph.Value: Int], producers: [Graph.Value: Int]
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
    let weights = try before.inputs[1].flatMap({ graph.operand($0) })?.weights(),
    let (newWeights, newBias) = try operation.absorbing(affine, weights: weights, bias: bias)
  else { return nil }
  return AffinePatch(node: producer, weights: newWeights, bias: newBias, absorbed: position)
}
