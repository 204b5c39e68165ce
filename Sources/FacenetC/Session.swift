// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.

import CFacenet
import Core
import Graph

/// A session and the outputs of its last run.
final class SessionHandle: Handled {
  static var handleName: String { "facenet_session" }

  private struct State: ~Copyable {
    let session: Session
    var outputs: [Output] = []
  }

  struct Output: @unchecked Sendable {
    let type: TensorType
    /// In the session's memory, which the next run writes.
    let values: UnsafeRawPointer?
    /// The shape as C reads it.
    let shape: AlignedBuffer
  }

  private let state: Lock<State>
  /// How many inputs a run takes.
  private let inputCount: Int

  init(_ model: Model, threads: Int, memoryLimit: Int) throws(FacenetError) {
    inputCount = model.graph.inputs.count
    state = Lock(State(session: try Session(model, threads: threads, memoryLimit: memoryLimit)))
  }

  /// - Throws: `invalidArgument` for another count than the model's, before any input is looked at, and when another
  ///   thread uses the session; whatever running it throws.
  func run(_ tensors: UnsafeBufferPointer<facenet_tensor>) throws(FacenetError) {
    guard tensors.count == inputCount else {
      throw FacenetError(.invalidArgument, "count is \(tensors.count), the model has \(inputCount) inputs")
    }
    let inputs = try sessionInputs(tensors)
    try alone { state throws(FacenetError) in
      // A run that is refused leaves the outputs of the last one as they are.
      let session = state.session
      let plan = try session.run(on: inputs) { state.outputs = [] }
      var outputs: [Output] = []
      for (position, port) in plan.outputs.enumerated() {
        let shape = try AlignedBuffer(count: port.type.shape.count * MemoryLayout<Int>.size)
        shape.bytes.copyBytes(from: port.type.shape.withUnsafeBytes { Array($0) })
        let values = session.output(position, of: plan).baseAddress
        outputs.append(Output(type: port.type, values: values, shape: shape))
      }
      state.outputs = outputs
    }
  }

  func output(at position: Int) throws(FacenetError) -> Output {
    try alone { state throws(FacenetError) in
      guard state.outputs.indices.contains(position) else {
        throw FacenetError(
          .invalidArgument,
          "position is \(UInt(bitPattern: position)), the session has \(state.outputs.count) outputs of a last run")
      }
      return state.outputs[position]
    }
  }

  private func alone<Result: Sendable>(_ body: (inout State) throws(FacenetError) -> Result) throws(FacenetError)
    -> Result
  {
    let result = try state.withLockIfAvailable { state throws(FacenetError) in try body(&state) }
    guard let result else {
      throw FacenetError(
        .invalidArgument, "the session is in use by another thread, or by the call that tells its progress")
    }
    return result
  }
}

extension facenet_tensor {
  init(_ output: SessionHandle.Output) {
    self.init(
      values: output.values, shape: UnsafePointer(output.shape.pointer(to: Int.self)),
      rank: UInt32(output.type.shape.count), type: output.type.element.code)
  }
}

@c @implementation
public func facenet_session_new(
  _ model: OpaquePointer?, _ options: UnsafePointer<facenet_session_options>?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> facenet_status {
  guarded { () throws(FacenetError) in
    let model: ModelHandle = try HandleTable.shared.object(model, "model")
    let given: facenet_session_options = try readOptions(options)
    let out = try output(out)
    let limit = given.memory_limit == 0 ? Session.defaultMemoryLimit : Int(clamping: given.memory_limit)
    out.pointee = try HandleTable.shared.insert(
      SessionHandle(model.model, threads: try threadLimit(given.threads), memoryLimit: limit))
  }
}

@c @implementation
public func facenet_session_run(_ session: OpaquePointer?, _ inputs: UnsafePointer<facenet_tensor>?, _ count: Int)
  -> facenet_status
{
  watched { () throws(FacenetError) in
    let session: SessionHandle = try HandleTable.shared.object(session, "session")
    try session.run(try elements(inputs, count, "inputs"))
  }
}

@c @implementation
public func facenet_session_output(
  _ session: OpaquePointer?, _ position: Int, _ out: UnsafeMutablePointer<facenet_tensor>?
) -> facenet_status {
  guarded { () throws(FacenetError) in
    let session: SessionHandle = try HandleTable.shared.object(session, "session")
    try output(out).pointee = facenet_tensor(try session.output(at: position))
  }
}

@c @implementation
public func facenet_session_free(_ session: OpaquePointer?) {
  release(session, as: SessionHandle.self, "session")
}
