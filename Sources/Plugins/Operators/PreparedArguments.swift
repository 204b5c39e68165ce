import Core
import Graph

/// Writes the arguments of a call that are the same in all runs into memory. One thread at a time.
struct PreparedArguments {
  /// Eight bytes a parameter, behind them the shapes that are passed.
  let memory: AlignedBuffer
  private let operation: ForeignOperator
  private let inputs: [TensorType]
  private let outputs: [TensorType]
  private var end: Int

  init(_ operation: ForeignOperator, inputs: [TensorType], outputs: [TensorType]) throws(FacenetError) {
    self.operation = operation
    self.inputs = inputs
    self.outputs = outputs
    let parameters = operation.function.signature.parameters
    end = 8 * parameters.count
    memory = try AlignedBuffer(count: end + 8 * TensorType.rankLimit * parameters.count)
  }

  /// Writes an argument.
  /// - Returns: where it is.
  /// - Throws: `invalidArgument` for a dimension that there is not; `tooLarge` for a number that 32 bits do not hold.
  mutating func place(of parameter: OperatorSignature.Parameter, number: Int) throws(FacenetError)
    -> UnsafeMutableRawPointer
  {
    let place = memory.bytes.baseAddress! + 8 * number
    switch parameter.meaning {
    case .tensor: preconditionFailure("tensors lie elsewhere in each run")
    case .component: place.storeBytes(of: operation.function.component.pointer, as: UnsafeMutableRawPointer?.self)
    case .shape(let tensor): place.storeBytes(of: shape(of: type(tensor).shape), as: UnsafeMutableRawPointer.self)
    case .constant(let value): store(value, parameter.passed, at: place)
    case .size(let size, let tensor):
      let value = try self.value(size, tensor)
      guard parameter.passed != .int32 || value <= Int(Int32.max) else {
        throw FacenetError(.tooLarge, "\(name(tensor)) is \(type(tensor)), whose sizes do not fit into 32 bits")
      }
      store(value, parameter.passed, at: place)
    case .attribute(let index):
      switch operation.attributes[index] {
      case .integer(let value): store(value, parameter.passed, at: place)
      case .number(let value) where parameter.passed == .double: place.storeBytes(of: value, as: Double.self)
      case .number(let value): place.storeBytes(of: Float(value), as: Float.self)
      }
    }
    return place
  }

  private func store(_ value: Int, _ passed: OperatorSignature.Passed, at place: UnsafeMutableRawPointer) {
    if passed == .int32 {
      place.storeBytes(of: Int32(value), as: Int32.self)
    } else {
      place.storeBytes(of: value, as: Int.self)
    }
  }

  private mutating func shape(of shape: [Int]) -> UnsafeMutableRawPointer {
    let start = memory.bytes.baseAddress! + end
    for (axis, size) in shape.enumerated() { start.storeBytes(of: size, toByteOffset: 8 * axis, as: Int.self) }
    end += 8 * TensorType.rankLimit
    return start
  }

  private func value(_ size: OperatorSignature.Size, _ tensor: OperatorSignature.Place) throws(FacenetError) -> Int {
    let shape = type(tensor).shape
    switch size {
    case .elements: return shape.reduce(1, *)
    case .rank: return shape.count
    case .rows: return shape.dropLast().reduce(1, *)
    case .columns, .rowStride: return shape.last ?? 1
    case .dimension(let axis):
      guard axis < shape.count else {
        throw FacenetError(.invalidArgument, "\(name(tensor)) is \(type(tensor)), its dimension \(axis) is wanted")
      }
      return shape[axis]
    }
  }

  private func type(_ tensor: OperatorSignature.Place) -> TensorType {
    switch tensor {
    case .input(let index): inputs[index]
    case .output(let index): outputs[index]
    }
  }

  private func name(_ tensor: OperatorSignature.Place) -> String {
    switch tensor {
    case .input(let index): "input \(index)"
    case .output(let index): "output \(index)"
    }
  }
}
