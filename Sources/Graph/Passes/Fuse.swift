/// Makes one node of several: what exporters write as chains, then what follows a convolution or matrix product and goes
/// into its store: a residual of the same shape, an activation.
func fuse(_ graph: inout Graph, operands: [Graph.Value: Operand]) {
  recognizePatterns(&graph, operands: operands)
  fuseResiduals(&graph, operands: operands)
  fuseActivations(&graph, operands: operands)
}

private func fuseResiduals(_ graph: inout Graph, operands: [Graph.Value: Operand]) {
  let uses = graph.useCounts()
  var producers = graph.producers()
  var removed: Set<Int> = []
  for position in graph.nodes.indices where graph.nodes[position].operation.isSum {
    let sum = graph.nodes[position]
    guard let result = sum.outputs.first ?? nil, let shape = operands[result]?.shape else { continue }
    // The later of the two producers takes the other's output: that one is made by then.
    let candidates = sum.inputs.prefix(2).enumerated().compactMap { side, value in
      value.flatMap { producers[$0] }.map { (producer: $0, side: side) }
    }
    for (producer, side) in candidates.sorted(by: { $0.producer > $1.producer }) {
      guard let own = sum.inputs[side], let other = sum.inputs[1 - side], own != other, uses[own] == 1,
        graph.constants[other] == nil, operands[own]?.shape == shape, operands[other]?.shape == shape,
        let fused = (graph.nodes[producer].operation as? any AbsorbingOperator)?.absorbingResidual(),
        (producers[other] ?? -1) < producer
      else { continue }
      var inputs = graph.nodes[producer].inputs
      while inputs.count < 3 { inputs.append(nil) }
      graph.nodes[producer].operation = fused
      graph.nodes[producer].inputs = inputs + [other]
      graph.nodes[producer].outputs = [result]
      producers[result] = producer
      removed.insert(position)
      break
    }
  }
  graph.nodes = graph.nodes.enumerated().filter { !removed.contains($0.offset) }.map(\.element)
}

private func fuseActivations(_ graph: inout Graph, operands: [Graph.Value: Operand]) {
  let uses = graph.useCounts()
  let producers = graph.producers()
  var removed: Set<Int> = []
  for position in graph.nodes.indices {
    let node = graph.nodes[position]
    guard let source = node.inputs.first ?? nil, uses[source] == 1, let producer = producers[source],
      let activation = node.operation.activation(node.inputs.map { $0.flatMap { operands[$0] } }),
      let fused = (graph.nodes[producer].operation as? any AbsorbingOperator)?.absorbing(activation)
    else { continue }
    graph.nodes[producer].operation = fused
    graph.nodes[producer].outputs = node.outputs
    removed.insert(position)
  }
  graph.nodes = graph.nodes.enumerated().filter { !removed.contains($0.offset) }.map(\.element)
}
