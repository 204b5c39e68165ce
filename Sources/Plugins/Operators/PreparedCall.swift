import Core
import Glibc
import Graph

/// The call of a function in one place of a plan: every argument that does not change from run to run is in memory
/// already, and a run only says where. Immutable: any thread.
final class PreparedCall: @unchecked Sendable {
  /// Where an argument is.
  private enum Source {
    /// In `memory`, the same in all runs.
    case prepared(UnsafeMutableRawPointer)
    /// The address of an input.
    case input(Int)
    /// The address of an output, or of its element.
    case output(Int)
    /// An element of an input.
    case element(input: Int, step: Int)
    /// An element of an input as 32 bits.
    case word(input: Int, step: Int)
  }

  /// Between two of these many, others have their turn and the run can be stopped.
  private static let elementsAtOnce = 4096

  private let function: ForeignFunction
  private let memory: AlignedBuffer
  private let sources: [Source]
  private let outputs: [TensorType]
  private let wantedOutputs: Int
  /// In scratch, where outputs begin that no node reads.
  private let unreadOffsets: [Int]
  let scratchBytes: Int

  /// - Parameter wantedOutputs: how many outputs the frame of a run has.
  /// - Throws: `invalidArgument` for a dimension that there is not; `tooLarge` for a number that 32 bits do not hold.
  init(_ operation: ForeignOperator, inputs: [TensorType], outputs: [TensorType], wantedOutputs: Int)
    throws(FacenetError)
  {
    function = operation.function
    self.outputs = outputs
    self.wantedOutputs = wantedOutputs
    var arguments = try PreparedArguments(operation, inputs: inputs, outputs: outputs)
    var sources: [Source] = []
    for (index, parameter) in function.signature.parameters.enumerated() {
      switch parameter.meaning {
      case .tensor(.output(let output)): sources.append(.output(output))
      case .tensor(.input(let input)): sources.append(Self.source(input, inputs[input], parameter.passed))
      default: sources.append(.prepared(try arguments.place(of: parameter, number: index)))
      }
    }
    memory = arguments.memory
    self.sources = sources
    var end = Self.unreadStart(sources.count, outputs.count)
    unreadOffsets = outputs.enumerated().map { index, output in
      guard index >= wantedOutputs else { return 0 }
      defer { end += output.byteCount.roundedUp(to: AlignedBuffer.alignment) }
      return end
    }
    scratchBytes = end
  }

  /// An input's argument; an input of one element is the same for all elements.
  private static func source(_ input: Int, _ type: TensorType, _ passed: OperatorSignature.Passed) -> Source {
    let step = type.count == 1 ? 0 : type.element.size
    return switch passed {
    case .pointer: .input(input)
    case .int32: .word(input: input, step: step)
    default: .element(input: input, step: step)
    }
  }

  /// The pointers and values of one call, in scratch.
  private struct Call {
    let arguments: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    let words: UnsafeMutablePointer<Int>
    let outputs: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    let result: UnsafeMutableRawPointer

    init(_ scratch: UnsafeMutableRawPointer, parameters: Int, outputs count: Int) {
      arguments = scratch.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
      words = (scratch + 8 * parameters).assumingMemoryBound(to: Int.self)
      outputs = (scratch + 16 * parameters).assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
      result = scratch + 16 * parameters + 8 * count
    }
  }

  /// Where in scratch the outputs are that no node reads: behind a ``Call``.
  private static func unreadStart(_ parameters: Int, _ outputs: Int) -> Int {
    (16 * parameters + 8 * outputs + 8).roundedUp(to: AlignedBuffer.alignment)
  }

  /// - Throws: what the function says; `invalidArgument` for an element that 32 bits do not hold.
  func run(_ frame: borrowing Frame) throws(FacenetError) {
    let call = Call(frame.scratch, parameters: sources.count, outputs: outputs.count)
    for (index, output) in function.signature.outputs.enumerated() {
      let start = start(ofOutput: index, frame)
      call.outputs[index] = start
      if let copied = output.copied { memcpy(start, frame.input(copied, as: UInt8.self), outputs[index].byteCount) }
    }
    for (index, source) in sources.enumerated() {
      switch source {
      case .prepared(let place): call.arguments[index] = place
      case .input(let input): call.arguments[index] = frame.placeOfAddress(ofInput: input)
      case .output(let output): call.arguments[index] = UnsafeMutableRawPointer(call.outputs + output)
      case .element, .word: call.arguments[index] = UnsafeMutableRawPointer(call.words + index)
      }
    }
    if function.signature.isElementwise { return try runElements(call, frame) }
    try function.component.call { function.call(call.result, call.arguments) }
    take(call.result, element: 0, frame)
  }

  private func runElements(_ call: Call, _ frame: borrowing Frame) throws(FacenetError) {
    let count = outputs[0].count
    for first in stride(from: 0, to: count, by: Self.elementsAtOnce) {
      var refusal: FacenetError?
      try function.component.call {
        for element in first..<min(first + Self.elementsAtOnce, count) {
          refusal = place(element, call, frame)
          guard refusal == nil else { break }
          let status = function.call(call.result, call.arguments)
          guard status == 0 else { return status }
          take(call.result, element: element, frame)
        }
        return 0
      }
      if let refusal { throw refusal }
      try Progress.reached(0)
    }
  }

  /// Makes the arguments those of one element.
  /// - Returns: an error for an element that 32 bits do not hold.
  private func place(_ element: Int, _ call: Call, _ frame: borrowing Frame) -> FacenetError? {
    for (index, source) in sources.enumerated() {
      switch source {
      case .prepared, .input: break
      case .output(let output):
        call.outputs[output] = start(ofOutput: output, frame) + element * outputs[output].element.size
      case .element(let input, let step):
        call.arguments[index] = UnsafeMutableRawPointer(mutating: frame.input(input, as: UInt8.self) + element * step)
      case .word(let input, let step):
        let value = frame.input(input, as: Int64.self)[element * step / 8]
        guard let word = Int32(exactly: value) else {
          return FacenetError(
            .invalidArgument, "element \(element) of input \(input) is \(value), too large for 32 bits")
        }
        UnsafeMutableRawPointer(call.words + index).storeBytes(of: word, as: Int32.self)
      }
    }
    return nil
  }

  private func start(ofOutput index: Int, _ frame: borrowing Frame) -> UnsafeMutableRawPointer {
    guard index < wantedOutputs else { return frame.scratch + unreadOffsets[index] }
    return UnsafeMutableRawPointer(frame.output(index, as: UInt8.self))
  }

  /// Puts what the function returned, if that is a value, into output 0.
  private func take(_ result: UnsafeMutableRawPointer, element: Int, _ frame: borrowing Frame) {
    guard case .value(let passed) = function.signature.result else { return }
    let target = start(ofOutput: 0, frame) + element * outputs[0].element.size
    switch passed {
    case .float: target.storeBytes(of: result.load(as: Float.self), as: Float.self)
    case .int32:
      target.storeBytes(of: Int64(Int32(truncatingIfNeeded: result.load(as: Int.self))), as: Int64.self)
    default: target.storeBytes(of: result.load(as: Int64.self), as: Int64.self)
    }
  }
}

extension Int {
  fileprivate func roundedUp(to unit: Int) -> Int { (self + unit - 1) / unit * unit }
}
