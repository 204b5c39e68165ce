import Core

/// A graph made concrete for given input types: every size, layout, kernel and address decided. Immutable: any thread.
package final class Plan: Sendable {
  /// Where a value lives while the plan runs.
  enum Location: @unchecked Sendable {
    case constant(UnsafeMutableRawPointer)
    /// Bytes from the start of the session's arena.
    case arena(Int)
    /// In an input that a run may read where its owner has it: bytes from its start, and from the arena's where it is there.
    case input(position: Int, inside: Int, arena: Int)
  }

  /// One kernel to run.
  package struct Step: Sendable {
    package let node: String
    package let operation: String
    package let output: TensorType?
    package let kernel: Kernel
    let inputs: [Location?]
    let outputs: [Location?]
  }

  /// One end of the plan.
  package struct Port: Sendable {
    package let name: String
    package let type: TensorType
    package let layout: Layout
    let location: Location

    /// Whether it is an input of which no output is a part: a run may read it where its owner has it.
    var isReadOnly: Bool { if case .input = location { true } else { false } }
  }

  package let steps: [Step]
  package let inputs: [Port]
  package let outputs: [Port]
  package let arenaBytes: Int
  package let scratchBytes: Int
  private let constants: [Graph.Value: Tensor]

  /// What a session has to have for a run.
  var memoryBytes: Int { arenaBytes + scratchBytes }

  init(
    steps: [Step], inputs: [Port], outputs: [Port], arenaBytes: Int, scratchBytes: Int,
    constants: [Graph.Value: Tensor]
  ) {
    self.steps = steps
    self.inputs = inputs
    self.outputs = outputs
    self.arenaBytes = arenaBytes
    self.scratchBytes = scratchBytes
    self.constants = constants
  }
}
