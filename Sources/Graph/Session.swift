import Core

/// Runs a model: owns the memory of one run and the plans for the input sizes seen lately. One thread at a time.
package final class Session {
  /// A run is refused where its working memory and the weights packed for it take more than this, unless told otherwise.
  package static let defaultMemoryLimit = 4 << 30
  static let keptPlans = 8

  package let model: Model
  package let threads: Int
  private let memoryLimit: Int
  /// Positions of graph inputs whose values decide shapes or weights.
  private let parameters: Set<Int>
  private var plans: [(key: [InputKey], plan: Plan)] = []
  private var memory: AlignedBuffer?
  /// Inputs of the run in progress that are read where their owner has them, by position.
  private var lent: [Int: UnsafeRawPointer] = [:]

  private struct InputKey: Hashable {
    let type: TensorType
    let layout: Layout
    let bytes: [UInt8]?
  }

  /// - Parameters:
  ///   - threads: at most this many work on a run; 0 means one a processor.
  package init(_ model: Model, threads: Int = 1, memoryLimit: Int = Session.defaultMemoryLimit) {
    self.model = model
    self.threads = threads == 0 ? ThreadPool.processors : threads
    self.memoryLimit = memoryLimit
    parameters = model.graph.parameterInputs()
  }

  /// An input where its owner has it, dense and plain.
  package struct Input {
    package let type: TensorType
    package let bytes: UnsafeRawBufferPointer

    /// - Parameter bytes: as many as the type has.
    package init(_ type: TensorType, _ bytes: UnsafeRawBufferPointer) {
      precondition(bytes.count == type.byteCount)
      self.type = type
      self.bytes = bytes
    }
  }

  /// Runs on inputs in the order of the model's file, which are read where they lie and before this returns.
  /// - Parameter willStart: called when the inputs are found to fit, before the outputs of the run before are lost.
  /// - Returns: the plan that ran, to read its outputs with ``output(_:of:)`` until the next run.
  package func run(on inputs: [Input], willStart: () -> Void = {}) throws(FacenetError) -> Plan {
    var operands: [Operand] = []
    for (position, input) in inputs.enumerated() {
      let isParameter = parameters.contains(position)
      let tensor = isParameter ? try Tensor(input.type) { $0.copyMemory(from: input.bytes) } : nil
      operands.append(Operand(input.type, constant: tensor))
    }
    let plan = try fittingPlan(operands)
    let copies = try copiesOfOutputs(inputs, for: plan)
    defer { withExtendedLifetime(copies) { lent = [:] } }
    willStart()
    try reserveMemory(for: plan)
    for (position, input) in inputs.enumerated() where !parameters.contains(position) {
      let bytes = copies[position]?.bytes ?? input.bytes
      let isAligned = UInt(bitPattern: bytes.baseAddress) % UInt(input.type.element.size) == 0
      if plan.inputs[position].isReadOnly, isAligned {
        lent[position] = bytes.baseAddress
      } else {
        self.input(position, of: plan).copyMemory(from: bytes)
      }
    }
    try execute(plan)
    return plan
  }

  /// Inputs that lie in this session's memory, by position: what the run before left there and this one writes over.
  /// - Throws: `tooLarge` when they do not fit beside the memory of the two runs.
  private func copiesOfOutputs(_ inputs: [Input], for plan: Plan) throws(FacenetError) -> [Int: Tensor] {
    guard let memory else { return [:] }
    let budget = MemoryBudget(limit: memoryLimit, taken: max(memory.bytes.count, plan.memoryBytes))
    var copies: [Int: Tensor] = [:]
    for (position, input) in inputs.enumerated() where !parameters.contains(position) {
      guard input.bytes.overlaps(memory.bytes) else { continue }
      try budget.take(input.bytes.count, for: "a copy of input \(position), which is an output of the last run,")
      copies[position] = try Tensor(input.type) { $0.copyMemory(from: input.bytes) }
    }
    return copies
  }

  /// Runs on tensors and returns tensors, both in the order of the model's file.
  package func run(_ inputs: [Tensor]) throws(FacenetError) -> [Tensor] {
    let plan = try run(on: inputs.map { Input($0.type, $0.bytes) })
    withExtendedLifetime(inputs) {}
    var outputs: [Tensor] = []
    for position in plan.outputs.indices {
      let bytes = output(position, of: plan)
      outputs.append(try Tensor(plan.outputs[position].type) { $0.copyMemory(from: bytes) })
    }
    return outputs
  }

  /// The plan for these input types and layouts, made now or earlier. Its memory is ready to be written.
  package func plan(_ inputs: [Operand]) throws(FacenetError) -> Plan {
    let plan = try fittingPlan(inputs)
    try reserveMemory(for: plan)
    return plan
  }

  /// The plan for these input types and layouts; the memory is as it was.
  private func fittingPlan(_ inputs: [Operand]) throws(FacenetError) -> Plan {
    let key = inputs.map { InputKey(type: $0.type, layout: $0.layout, bytes: $0.constant.map { Array($0.bytes) }) }
    if let position = plans.firstIndex(where: { $0.key == key }) {
      plans.append(plans.remove(at: position))
    } else {
      var planner = Planner(model: model, threads: threads, memoryLimit: memoryLimit)
      let plan = try planner.plan(inputs)
      if plans.count == Self.keptPlans { plans.removeFirst() }
      plans.append((key, plan))
    }
    return plans[plans.count - 1].plan
  }

  private func reserveMemory(for plan: Plan) throws(FacenetError) {
    guard (memory?.bytes.count ?? -1) < plan.memoryBytes else { return }
    memory = nil
    memory = try AlignedBuffer(count: plan.memoryBytes, limit: memoryLimit)
  }

  /// Where an input is to be written before ``execute(_:)``; the plan must be the last one asked for.
  package func input(_ position: Int, of plan: Plan) -> UnsafeMutableRawBufferPointer {
    let port = plan.inputs[position]
    return UnsafeMutableRawBufferPointer(start: address(port.location), count: port.type.byteCount)
  }

  /// Where an output is to be read, until the next run.
  package func output(_ position: Int, of plan: Plan) -> UnsafeRawBufferPointer {
    let port = plan.outputs[position]
    return UnsafeRawBufferPointer(start: address(port.location), count: port.type.byteCount)
  }

  package func execute(_ plan: Plan) throws(FacenetError) {
    for step in plan.steps { try execute(step, of: plan) }
  }

  /// Runs one step alone, in its turn; for whoever times each.
  package func execute(_ step: Plan.Step, of plan: Plan) throws(FacenetError) {
    guard let body = step.kernel.body else { return }
    let inputs = step.inputs.map { $0.map(address) }
    let outputs = step.outputs.map { $0.map(address) }
    let scratch = memory!.bytes.baseAddress! + plan.arenaBytes
    let none = UnsafePointer<UnsafeMutableRawPointer?>(bitPattern: 8)!
    do throws(FacenetError) {
      try inputs.withUnsafeBufferPointer { inputs throws(FacenetError) in
        try outputs.withUnsafeBufferPointer { outputs throws(FacenetError) in
          try body(
            Frame(
              inputs: inputs.baseAddress ?? none, outputs: outputs.baseAddress ?? none, scratch: scratch,
              threads: threads))
        }
      }
    } catch {
      throw FacenetError(error.status, "\(step.operation) '\(step.node)': \(error.message)").located(in: model.name)
    }
  }

  private func address(_ location: Plan.Location) -> UnsafeMutableRawPointer {
    switch location {
    case .constant(let pointer): pointer
    case .arena(let offset): memory!.bytes.baseAddress! + offset
    case .input(let position, let inside, let offset):
      if let input = lent[position] {
        UnsafeMutableRawPointer(mutating: input + inside)
      } else {
        memory!.bytes.baseAddress! + offset
      }
    }
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func overlaps(_ other: UnsafeMutableRawBufferPointer) -> Bool {
    let (start, otherStart) = (UInt(bitPattern: baseAddress), UInt(bitPattern: other.baseAddress))
    return start < otherStart + UInt(other.count) && otherStart < start + UInt(count)
  }
}

extension Graph {
  /// Positions of inputs from which shapes or weights follow: inputs that reach an operator's `constantInputs` through
  /// values (a size that is taken of a value depends on its type only).
  func parameterInputs() -> Set<Int> {
    var needed: Set<Value> = []
    for node in nodes.reversed() {
      let whole = node.outputs.contains { $0.map(needed.contains) ?? false } && !node.operation.readsOnlyTypes
      for (index, input) in node.inputs.enumerated() {
        if let input, whole || node.operation.constantInputs.contains(index) { needed.insert(input) }
      }
    }
    return Set(inputs.indices.filter { needed.contains(inputs[$0].value) })
  }
}
