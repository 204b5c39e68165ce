import Core
import Kernels

/// Arithmetic of tensors of one type, shapes broadcast as numpy does: ONNX Add, Sub, Mul, Div of two tensors and Min, Max,
/// Sum, Mean of any number.
///
/// Integers wrap on overflow; division truncates and a zero divisor is an error.
package struct Arithmetic: Operator {
  package enum Function: Sendable, Hashable {
    case add, subtract, multiply, divide, minimum, maximum, mean
  }

  package let function: Function
  package let operandCount: Int
  package let name: String

  package init(_ function: Function, operandCount: Int = 2, name: String? = nil) {
    self.function = function
    self.operandCount = operandCount
    self.name = name ?? function.name
  }

  package var requiredInputs: Range<Int> { 0..<operandCount }
  package var isSum: Bool { function == .add && operandCount == 2 }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let operands = inputs.compactMap { $0 }
    guard operands.count == inputs.count, operands.count == operandCount else {
      throw FacenetError(.corrupt, "\(operandCount) inputs wanted, got \(operands.count)")
    }
    let element = try inputs.commonElement(function == .mean ? [.float32] : ElementType.numbers)
    return [TensorType(element, try broadcastShape(operands.map(\.shape)))]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let output = site.outputs[0]
    if site.inputs.count == 1 { return .alias }
    let operands = try site.inputs.compactMap { $0 }.map { operand throws(FacenetError) in
      try BroadcastOperand(operand, for: output, at: site)
    }
    let steps = operands.dropFirst().enumerated().map { position, second in
      // From the second pair on, the output so far is the first operand.
      let first = position == 0 ? operands[0].strides : output.strides
      return LoopNest(
        output.shape, strides: [first, second.strides, output.strides],
        order: output.layout.memoryOrder(rank: output.rank))
    }
    let pieces = steps.map { $0.parts(threads: site.threads, distinct: 2) }
    let run = Steps(
      function: function, pieces: pieces, operands: operands,
      divisorCount: site.inputs[1]!.type.count, outputCount: output.type.count)
    return Kernel(name) { frame throws(FacenetError) in
      switch output.type.element {
      case .float32: run.floats(frame)
      case .int8: try run.integers(frame, Int8.self)
      case .uint8: try run.integers(frame, UInt8.self)
      case .int32: try run.integers(frame, Int32.self)
      case .int64, .bool: try run.integers(frame, Int64.self)
      }
    }
  }

  /// y = x * scale + shift where one side is a constant that has one value a channel or one for all.
  package func channelAffine(_ inputs: [Operand?]) -> ChannelAffine? {
    guard inputs.count == 2, inputs.compactMap({ $0 }).count == 1,
      let side = inputs.firstIndex(where: { $0 != nil }), let constant = inputs[side]?.constant,
      constant.type.element == .float32
    else { return nil }
    let values = Array(constant.values(as: Float.self))
    let shape = constant.shape
    switch (function, side) {
    case (.add, _): return ChannelAffine(input: 1 - side, shift: values, constantShape: shape)
    case (.multiply, _): return ChannelAffine(input: 1 - side, scale: values, constantShape: shape)
    case (.subtract, 0): return ChannelAffine(input: 1, scale: [-1], shift: values, constantShape: shape)
    case (.subtract, _): return ChannelAffine(input: 0, shift: values.map { -$0 }, constantShape: shape)
    case (.divide, 1) where !values.contains(0):
      return ChannelAffine(input: 0, scale: values.map { 1 / $0 }, constantShape: shape)
    default: return nil
    }
  }
}

extension Arithmetic.Function {
  var name: String {
    switch self {
    case .add: "Add"
    case .subtract: "Sub"
    case .multiply: "Mul"
    case .divide: "Div"
    case .minimum: "Min"
    case .maximum: "Max"
    case .mean: "Mean"
    }
  }

  var binary: BinaryOperation {
    switch self {
    case .add, .mean: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .minimum: .minimum
    case .maximum: .maximum
    }
  }
}

extension Arithmetic {
  /// The loops of one place in a graph: the first two operands, then the result so far and each further operand.
  fileprivate struct Steps: Sendable {
    let function: Function
    let pieces: [[LoopNest]]
    let operands: [BroadcastOperand]
    let divisorCount: Int
    let outputCount: Int

    func floats(_ frame: borrowing Frame) {
      let output: UnsafeMutablePointer<Float> = frame.output(0)
      for (step, pieces) in pieces.enumerated() {
        let first: UnsafePointer<Float> = step == 0 ? operands[0].pointer(0, frame) : UnsafePointer(output)
        let second: UnsafePointer<Float> = operands[step + 1].pointer(step + 1, frame)
        pieces.run { $0.run(function.binary, first, second, output) }
      }
      if function == .mean {
        Elementwise.run(.divide, output, Float(operands.count), into: output, count: outputCount)
      }
    }

    func integers<Value: FixedWidthInteger & Sendable>(_ frame: borrowing Frame, _: Value.Type) throws(FacenetError) {
      let output: UnsafeMutablePointer<Value> = frame.output(0)
      for (step, pieces) in pieces.enumerated() {
        let first: UnsafePointer<Value> = step == 0 ? operands[0].pointer(0, frame) : UnsafePointer(output)
        let second: UnsafePointer<Value> = operands[step + 1].pointer(step + 1, frame)
        if function == .divide && outputCount > 0 {
          guard !UnsafeBufferPointer(start: second, count: divisorCount).contains(0) else {
            throw FacenetError(.invalidArgument, "an integer is divided by zero")
          }
        }
        pieces.run { $0.run(function, first, second, output) }
      }
    }
  }
}
