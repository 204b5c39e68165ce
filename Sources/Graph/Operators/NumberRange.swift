import Core

/// start, start + delta and so on up to but not including a limit: ONNX `Range`. Inputs: start, limit, delta, one number
/// each.
package struct NumberRange: Operator {
  package init() {}

  package var name: String { "Range" }
  package var requiredInputs: Range<Int> { 0..<3 }
  package var constantInputs: Set<Int> { [0, 1, 2] }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let element = try inputs.commonElement([.float32, .int32, .int64])
    return [TensorType(element, [try bounds(inputs).count])]
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let (bounds, element) = (try bounds(site.inputs), site.outputs[0].type.element)
    return Kernel(name) { frame in
      switch bounds {
      case .floats(let start, let delta, let count):
        let output: UnsafeMutablePointer<Float> = frame.output(0)
        for index in 0..<count { output[index] = Float(start + Double(index) * delta) }
      case .integers(let start, let delta, let count):
        for index in 0..<count {
          let value = start &+ index &* delta
          if element == .int64 {
            frame.output(0, as: Int64.self)[index] = Int64(value)
          } else {
            frame.output(0, as: Int32.self)[index] = Int32(truncatingIfNeeded: value)
          }
        }
      }
    }
  }

  private enum Bounds {
    case floats(start: Double, delta: Double, count: Int)
    case integers(start: Int, delta: Int, count: Int)

    var count: Int {
      switch self {
      case .floats(_, _, let count), .integers(_, _, let count): count
      }
    }
  }

  private static let limit = 1 << 24

  private func bounds(_ inputs: [Operand?]) throws(FacenetError) -> Bounds {
    let tensors = inputs.prefix(3).compactMap { $0?.constant }
    guard tensors.count == 3, tensors.allSatisfy({ $0.count == 1 }) else {
      throw FacenetError(.invalidArgument, "start, limit and delta must be one number each")
    }
    if tensors[0].type.element == .float32 {
      let values = tensors.map { Double($0.values(as: Float.self)[0]) }
      let count = ((values[1] - values[0]) / values[2]).rounded(.up)
      guard count.isFinite, count <= Double(Self.limit) else { throw refusal(values) }
      return .floats(start: values[0], delta: values[2], count: Int(max(0, count)))
    }
    var values: [Int] = []
    for tensor in tensors { values += try tensor.integers() }
    let (distance, overflow) = values[1].subtractingReportingOverflow(values[0])
    guard !overflow, values[2] != 0, values[2] != .min else { throw refusal(values) }
    let isEmpty = distance == 0 || (distance > 0) != (values[2] > 0)
    let count = isEmpty ? 0 : (distance.magnitude - 1) / values[2].magnitude + 1
    guard count <= Self.limit else { throw refusal(values) }
    return .integers(start: values[0], delta: values[2], count: Int(count))
  }

  private func refusal(_ values: [some Any]) -> FacenetError {
    FacenetError(
      .invalidArgument,
      "from \(values[0]) to \(values[1]) in steps of \(values[2]) are not 0 to \(Self.limit) numbers")
  }
}
