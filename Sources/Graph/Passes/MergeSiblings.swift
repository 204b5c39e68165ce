import Core
import Kernels

/// Makes one convolution of several that read one value through the same window: their weights lie one after the other
/// along the output channels, and each output is a run of the channels of the one. Then the same for convolutions with a
/// kernel a channel that read neighbouring runs.
///
/// A register of output channels costs the same full or not, so the narrow heads of detectors gain most.
func mergeSiblings(_ graph: inout Graph, operands: inout [Graph.Value: Operand]) throws(FacenetError) {
  for isDepthwise in [false, true] {
    var merger = SiblingMerger(graph: graph, operands: operands)
    for family in merger.families(isDepthwise: isDepthwise) { try merger.merge(family) }
    (graph, operands) = merger.result
  }
}

private struct Sibling {
  let position: Int
  let node: Graph.Node
  let operation: Convolution
  let weights: Operand
  let bias: Operand?
  /// What it reads: these channels of this value.
  let source: Graph.Value
  let reads: Range<Int>
  let isDepthwise: Bool

  /// Of its output.
  var channels: Int { weights.shape[0] }

  /// What siblings have in common.
  struct Window: Hashable {
    let source: Graph.Value
    var attributes: Convolution.Attributes
    let kernel: ArraySlice<Int>
    let activation: Activation
  }

  var window: Window {
    var attributes = operation.attributes
    attributes.kernel = nil
    if isDepthwise { attributes.groups = 0 }
    let activation = operation.activation
    return Window(
      source: source, attributes: attributes, kernel: weights.shape[2...],
      activation: activation.slopes(channels: 0) == nil ? activation : .prelu([]))
  }

  /// Beside the window, all that decides what it computes: a file may say things twice.
  struct Twin: Hashable {
    let inputs: [Graph.Value?]
    let activation: Activation
  }

  var twin: Twin { Twin(inputs: node.inputs, activation: operation.activation) }
}

private struct SiblingMerger {
  private var graph: Graph
  private var operands: [Graph.Value: Operand]
  /// What comes in the places of nodes.
  private var replacements: [Int: [Graph.Node]] = [:]

  init(graph: Graph, operands: [Graph.Value: Operand]) {
    self.graph = graph
    self.operands = operands
  }

  var result: (Graph, [Graph.Value: Operand]) {
    var graph = graph
    graph.nodes = graph.nodes.enumerated().flatMap { replacements[$0] ?? [$1] }
    return (graph, operands)
  }

  /// Siblings to be merged, in the order of their weights; a wide convolution has nothing left to gain.
  func families(isDepthwise: Bool) -> [[Sibling]] {
    let producers = graph.producers()
    let siblings = graph.nodes.indices.compactMap { sibling(at: $0, producers) }.filter {
      $0.isDepthwise == isDepthwise && (isDepthwise || $0.operation.attributes.groups == 1)
    }
    let families = Dictionary(grouping: siblings, by: \.window).values.sorted { $0[0].position < $1[0].position }
    return families.flatMap { isDepthwise ? neighbours($0) : [$0] }
      .filter { $0.count > 1 && $0.reduce(0) { $0 + $1.channels } <= 1 << 12 }
  }

  private func sibling(at position: Int, _ producers: [Graph.Value: Int]) -> Sibling? {
    let node = graph.nodes[position]
    guard let operation = node.operation as? Convolution, !operation.addsResidual, let x = node.inputs[0],
      let weights = node.inputs[1].flatMap({ operands[$0] }), weights.shape[0] > 0,
      let channels = operands[x]?.shape[1]
    else { return nil }
    let bias = node.inputs.count > 2 ? node.inputs[2].flatMap { operands[$0] } : nil
    let isDepthwise = weights.shape[1] == 1 && weights.shape[0] == operation.attributes.groups
    var (source, reads) = (x, 0..<channels)
    if isDepthwise, let producer = producers[x], let slice = graph.nodes[producer].operation as? ChannelSlice {
      (source, reads) = (graph.nodes[producer].inputs[0]!, slice.channels)
    }
    return Sibling(
      position: position, node: node, operation: operation, weights: weights, bias: bias, source: source, reads: reads,
      isDepthwise: isDepthwise)
  }

  /// Those whose channels follow one another.
  private func neighbours(_ siblings: [Sibling]) -> [[Sibling]] {
    var runs: [[Sibling]] = []
    for sibling in siblings.sorted(by: { ($0.reads.lowerBound, $0.position) < ($1.reads.lowerBound, $1.position) }) {
      if let last = runs.last?.last, last.reads.upperBound == sibling.reads.lowerBound {
        runs[runs.count - 1].append(sibling)
      } else {
        runs.append([sibling])
      }
    }
    return runs
  }

  mutating func merge(_ family: [Sibling]) throws(FacenetError) {
    var distinct: [Sibling] = []
    var runs: [Sibling.Twin: Range<Int>] = [:]
    var outputs: [(value: Graph.Value, channels: Range<Int>)] = []
    var count = 0
    for sibling in family {
      let run = runs[sibling.twin] ?? count..<count + sibling.channels
      if runs.updateValue(run, forKey: sibling.twin) == nil {
        distinct.append(sibling)
        count = run.upperBound
      }
      outputs.append((sibling.node.outputs[0]!, run))
    }
    let first = family.map(\.position).min()!
    for sibling in family { replacements[sibling.position] = [] }
    replacements[first] = try nodes(for: distinct, outputs: outputs)
  }

  /// The one convolution, and what hands out its output.
  private mutating func nodes(for siblings: [Sibling], outputs: [(value: Graph.Value, channels: Range<Int>)])
    throws(FacenetError) -> [Graph.Node]
  {
    let first = siblings[0]
    let whole = operands[first.source]!.shape[1]
    let reads = first.isDepthwise ? first.reads.lowerBound..<siblings[siblings.count - 1].reads.upperBound : 0..<whole
    let channels = siblings.reduce(0) { $0 + $1.channels }
    var type = operands[outputs[0].value]!.type
    type.shape[1] = channels
    let (input, result) = (reads == 0..<whole ? first.source : graph.makeValue(), graph.makeValue())
    operands[result] = Operand(type)
    let node = Graph.Node(
      identifier: first.node.identifier, name: siblings.map(\.node.name).joined(separator: " + "),
      operation: first.operation.merging(
        siblings.map(\.node.identifier), groups: first.isDepthwise ? channels : 1, activation: siblings.activation),
      inputs: [input, weights(of: siblings), try bias(of: siblings)], outputs: [result])
    let slices = outputs.map { slice($0.channels, of: result, to: $0.value) }
    return (input == first.source ? [] : [slice(reads, of: first.source, to: input)]) + [node] + slices
  }

  private mutating func slice(_ channels: Range<Int>, of source: Graph.Value, to value: Graph.Value) -> Graph.Node {
    var operand = operands[source]!
    operand.pixelStride = channels.count == operand.shape[1] ? nil : operand.shape[1]
    operand.type.shape[1] = channels.count
    operands[value] = operand
    return Graph.Node(
      identifier: -1, name: "channels", operation: ChannelSlice(channels: channels), inputs: [source],
      outputs: [value])
  }

  /// Computed when they are packed, which happens once for all plans.
  private mutating func weights(of siblings: [Sibling]) -> Graph.Value {
    let parts = siblings.map(\.weights)
    let type = TensorType(.float32, [siblings.reduce(0) { $0 + $1.channels }] + parts[0].shape[1...])
    let deferred = DeferredTensor(type) { () throws(FacenetError) in
      let tensors = try parts.map { part throws(FacenetError) in try part.weights() }
      return try Tensor(type) { memory in
        var end = 0
        for tensor in tensors {
          UnsafeMutableRawBufferPointer(rebasing: memory[end...]).copyMemory(from: tensor.bytes)
          end += tensor.bytes.count
        }
      }
    }
    let value = graph.makeValue()
    graph.deferred[value] = deferred
    operands[value] = Operand(deferred)
    operands[value]!.isOfPlan = parts.contains { $0.isOfPlan }
    return value
  }

  private mutating func bias(of siblings: [Sibling]) throws(FacenetError) -> Graph.Value? {
    guard siblings.contains(where: { $0.bias != nil }) else { return nil }
    let values = siblings.flatMap { sibling in
      sibling.bias?.constant.map { Array($0.values(as: Float.self)) }
        ?? [Float](repeating: 0, count: sibling.channels)
    }
    let (value, bias) = (graph.makeValue(), try Tensor([values.count], values))
    graph.constants[value] = bias
    operands[value] = Operand(bias.type, constant: bias)
    operands[value]!.isOfPlan = siblings.contains { $0.bias?.isOfPlan ?? false }
    return value
  }
}

extension [Sibling] {
  /// The one activation, or its slope for each channel where they may differ.
  fileprivate var activation: Activation {
    let slopes = compactMap { $0.operation.activation.slopes(channels: $0.channels) }
    let isNone = allSatisfy { $0.operation.activation == .none }
    return isNone || slopes.count < count ? self[0].operation.activation : .prelu(Array<Float>(slopes.joined()))
  }
}
