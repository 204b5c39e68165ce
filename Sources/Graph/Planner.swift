import Core

/// Makes a plan: shapes and what follows from them, fusions, siblings merged, layouts, kernels, addresses, in this order.
struct Planner {
  let model: Model
  let threads: Int
  let memoryLimit: Int

  private var graph: Graph
  private var operands: [Graph.Value: Operand] = [:]
  private var arena = Arena()
  private var pending: [PendingStep] = []
  /// Made of constants that are known for this plan only.
  private let ownWeights = PackedWeights()
  private let moved = MovedConstants()
  /// What is computed, moved and packed for this plan.
  private let budget: MemoryBudget

  /// A step whose values have no addresses yet.
  private struct PendingStep {
    let node: Graph.Node
    let kernel: Kernel
    let output: TensorType?
  }

  init(model: Model, threads: Int, memoryLimit: Int) {
    self.model = model
    self.threads = threads
    self.memoryLimit = memoryLimit
    budget = MemoryBudget(limit: memoryLimit)
    graph = model.graph
  }

  /// - Parameters:
  ///   - inputs: one a graph input, in order; those with a constant are bound to that value.
  mutating func plan(_ inputs: [Operand]) throws(FacenetError) -> Plan {
    do throws(FacenetError) {
      try bind(inputs)
      try inferShapes()
      fuse(&graph, operands: operands)
      try mergeSiblings(&graph, operands: &operands)
      graph.removeDeadNodes()
      for node in graph.nodes { try place(node) }
      try layOutOutputs()
      return try assemble()
    } catch { throw error.located(in: model.name) }
  }

  private mutating func bind(_ inputs: [Operand]) throws(FacenetError) {
    guard inputs.count == graph.inputs.count else {
      throw FacenetError(.invalidArgument, "\(graph.inputs.count) inputs wanted, got \(inputs.count)")
    }
    for (declaration, operand) in zip(graph.inputs, inputs) {
      try declaration.check(operand.type)
      operands[declaration.value] = operand
    }
    for (value, tensor) in graph.constants { operands[value] = Operand(tensor.type, constant: tensor) }
    for (value, tensor) in graph.deferred { operands[value] = Operand(tensor) }
    for (declaration, operand) in zip(graph.inputs, inputs) {
      guard let constant = operand.constant else { continue }
      graph.constants[declaration.value] = constant
      operands[declaration.value]!.isOfPlan = true
    }
  }

  /// Infers every type; what turns out to be constant is computed now.
  private mutating func inferShapes() throws(FacenetError) {
    var kept: [Graph.Node] = []
    for var node in graph.nodes {
      // Kernels find their outputs by position: one left out before one that is wanted is made and read by nobody.
      while case .some(nil) = node.outputs.last { node.outputs.removeLast() }
      node.outputs = node.outputs.map { $0 ?? graph.makeValue() }
      let inputs = node.inputs.map { $0.flatMap { operands[$0] } }
      let known = try resolve(node, inputs)
      for (value, operand) in zip(node.outputs, known) {
        guard let value else { continue }
        operands[value] = operand
        if let constant = operand.constant { graph.constants[value] = constant }
      }
      if known.contains(where: { $0.constant == nil }) { kept.append(node) }
    }
    graph.nodes = kept
  }

  private mutating func resolve(_ node: Graph.Node, _ inputs: [Operand?]) throws(FacenetError) -> [Operand] {
    if inputs.allSatisfy({ $0?.isKnown ?? true }) {
      return try evaluate(node, inputs.materialized(), budget: budget).map { Operand(ofPlan: $0) }
    }
    do throws(FacenetError) {
      for index in node.operation.constantInputs where index < inputs.count {
        guard inputs[index]?.isKnown ?? true else {
          throw FacenetError(.unsupported, "input \(index) must be known before the run, but it is computed from data")
        }
      }
      var outputs: [Operand] = []
      for type in try node.outputTypes(inputs).prefix(node.outputs.count) {
        // Kernels make tables as long as an axis: what cannot fit is refused before there is one.
        guard type.byteCount <= memoryLimit else {
          throw FacenetError(.tooLarge, "its output \(type) takes more than the limit of \(memoryLimit) bytes")
        }
        outputs.append(Operand(type))
      }
      if let known = try node.operation.knownOutputs(inputs) {
        return known.map { Operand(ofPlan: $0) }
      }
      return outputs
    } catch { throw error.located(at: node) }
  }

  /// Decides the layouts at one node, converts inputs that lie otherwise, and makes its kernel.
  private mutating func place(_ node: Graph.Node) throws(FacenetError) {
    var node = node
    let before = node.inputs.map { $0.flatMap { operands[$0] } }
    let rule = node.operation.layoutRule(before)
    let wanted = rule.inputLayout(before)
    for (index, operand) in before.enumerated() {
      if case .eitherToChannelsLast = rule, index == 0 { continue }
      guard let wanted, let operand, !operand.isKnown, let value = node.inputs[index] else { continue }
      let target = operand.rank > 2 && (rule.isRankFree || operand.rank == before[0]?.rank) ? wanted : .plain
      node.inputs[index] = try converted(value, to: target, allowsViews: node.operation.readsViews)
    }
    let inputs = node.inputs.map { $0.flatMap { operands[$0] } }
    var outputs: [Operand] = []
    for value in node.outputs.compactMap({ $0 }) {
      let layout = operands[value]!.rank > 2 ? rule.outputLayout(before) : .plain
      operands[value]!.layout = layout
      outputs.append(operands[value]!)
    }
    try append(node, inputs, outputs)
  }

  private mutating func append(_ node: Graph.Node, _ inputs: [Operand?], _ outputs: [Operand]) throws(FacenetError) {
    let site = Site(
      inputs: inputs, outputs: outputs, threads: threads, node: node.identifier,
      cache: inputs.contains { $0?.isOfPlan ?? false } ? ownWeights : model.packedWeights, moved: moved,
      budget: budget)
    do throws(FacenetError) {
      var kernel = try node.operation.kernel(site)
      // The run's memory cannot be a constant's: an operator that has one for input 0, and others besides.
      if kernel.body == nil, inputs.first??.constant != nil { kernel = .copy(to: outputs[0]) }
      pending.append(PendingStep(node: node, kernel: kernel, output: outputs.first?.type))
    } catch { throw error.located(at: node) }
  }

  /// The value in the wanted layout: itself, the same memory, or a copy that a new node makes.
  private mutating func converted(_ value: Graph.Value, to layout: Layout, allowsViews: Bool = false)
    throws(FacenetError) -> Graph.Value
  {
    let operand = operands[value]!
    let fits = operand.layout == layout && (allowsViews || operand.pixelStride == nil)
    guard !fits, !operand.isKnown else { return value }
    let result = graph.makeValue()
    operands[result] = Operand(operand.type, layout: layout)
    let node = Graph.Node(
      identifier: -1, name: "layout", operation: LayoutConversion(), inputs: [value], outputs: [result])
    try append(node, [operand], [operands[result]!])
    return result
  }

  private mutating func layOutOutputs() throws(FacenetError) {
    for (index, output) in graph.outputs.enumerated() {
      let value = try converted(output.value, to: .plain)
      graph.outputs[index] = Graph.Declaration(
        value: value, name: output.name, element: output.element, shape: output.shape)
    }
  }

  /// Gives every value its address by the time it is alive, and every step its pointers.
  private mutating func assemble() throws(FacenetError) -> Plan {
    let operands = operands
    let order = pending.map { step in
      Arena.Use(
        reads: step.node.inputs.compactMap { $0 }.filter { !(operands[$0]?.isKnown ?? false) },
        writes: step.node.outputs.compactMap { $0 },
        offset: step.kernel.body == nil ? step.kernel.offset : nil)
    }
    let places = arena.assign(
      order, inputs: graph.inputs.map(\.value), outputs: graph.outputs.map(\.value),
      bytes: { operands[$0]?.type.byteCount ?? 0 })
    let scratch = pending.map(\.kernel.scratchBytes).max() ?? 0
    try budget.copy().take(arena.byteCount + scratch, for: "running it")
    try checkOutputs()
    // Outputs are read after the run, when an input may be gone.
    let kept = Set(graph.outputs.compactMap { places[$0.value]?.whole })
    let inputs = graph.inputs.map(\.value)
    let location = { (value: Graph.Value?) -> Plan.Location? in
      guard let value, operands[value]?.deferred == nil else { return nil }
      if let constant = operands[value]?.constant {
        return .constant(UnsafeMutableRawPointer(mutating: constant.bytes.baseAddress!))
      }
      let place = places[value]!
      guard let position = inputs.firstIndex(of: place.whole), !kept.contains(place.whole) else {
        return .arena(place.start + place.inside)
      }
      return .input(position: position, inside: place.inside, arena: place.start + place.inside)
    }
    let steps = pending.filter { $0.kernel.body != nil }.map { step in
      Plan.Step(
        node: step.node.name, operation: step.node.operation.name, output: step.output, kernel: step.kernel,
        inputs: step.node.inputs.map(location), outputs: step.node.outputs.map(location))
    }
    let port = { (declaration: Graph.Declaration) -> Plan.Port in
      let operand = operands[declaration.value]!
      return Plan.Port(
        name: declaration.name, type: operand.type, layout: operand.layout, location: location(declaration.value)!)
    }
    return Plan(
      steps: steps, inputs: graph.inputs.map(port), outputs: graph.outputs.map(port), arenaBytes: arena.byteCount,
      scratchBytes: scratch, constants: graph.constants)
  }
}

extension Kernel {
  /// A constant's values, which lie in order, brought into memory of the run.
  fileprivate static func copy(to output: Operand) -> Kernel {
    let copy = StridedCopy(shape: output.shape, from: Layout.plain.strides(of: output.shape), to: output.strides)
    let size = output.type.element.size
    return Kernel("copy") { frame in copy.run(frame.input(0), frame.output(0), elementSize: size) }
  }
}

extension Planner {
  /// Outputs are handed out as copies, and a file may name one value many times.
  private func checkOutputs() throws(FacenetError) {
    var left = memoryLimit
    for output in graph.outputs {
      left -= operands[output.value]!.type.byteCount
      guard left >= 0 else {
        throw FacenetError(.tooLarge, "its outputs take more than the limit of \(memoryLimit) bytes")
      }
    }
  }
}

extension LayoutRule {
  /// The layout that inputs must have, nil when any will do.
  fileprivate func inputLayout(_ inputs: [Operand?]) -> Layout? {
    switch self {
    case .plain: .plain
    case .channelsLast, .eitherToChannelsLast: .channelsLast
    case .anyToPlain, .anyToChannelsLast: nil
    case .follow: followed(inputs)
    }
  }

  fileprivate func outputLayout(_ inputs: [Operand?]) -> Layout {
    switch self {
    case .plain, .anyToPlain: .plain
    case .channelsLast, .eitherToChannelsLast, .anyToChannelsLast: .channelsLast
    case .follow: followed(inputs)
    }
  }

  /// An operator that follows takes inputs of other ranks as they are read: by broadcasting.
  fileprivate var isRankFree: Bool {
    switch self {
    case .channelsLast, .eitherToChannelsLast: false
    default: true
    }
  }

  private func followed(_ inputs: [Operand?]) -> Layout {
    let data = inputs.compactMap { $0 }.filter { $0.constant == nil }
    let ranks = Set(data.map(\.rank))
    return ranks.count == 1 && data.contains { $0.layout == .channelsLast } ? .channelsLast : .plain
  }
}

extension Graph.Declaration {
  /// - Throws: `invalidArgument` when the declared element type or a declared size differs.
  fileprivate func check(_ type: TensorType) throws(FacenetError) {
    var fits = type.element == element
    if let shape {
      fits = fits && shape.count == type.shape.count && zip(shape, type.shape).allSatisfy { $0 == nil || $0 == $1 }
    }
    guard fits else {
      let declared = shape.map { $0.map { $0.map(String.init) ?? "?" }.joined(separator: ",") } ?? "any"
      throw FacenetError(.invalidArgument, "input '\(name)' is \(element)(\(declared)), got \(type)")
    }
  }
}
