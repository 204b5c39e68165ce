import Core
import Kernels

/// Values held between two bounds: ONNX `Clip`. Bounds are attributes (`low`, `high`) or scalar inputs 1 and 2, either of
/// which may be absent. Where the lower bound is above the upper one, everything is the upper one.
package struct Clip: Operator {
  package let low: Float?
  package let high: Float?

  package init(low: Float? = nil, high: Float? = nil) {
    self.low = low
    self.high = high
  }

  package var name: String { "Clip" }
  package var constantInputs: Set<Int> { [1, 2] }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let element = try inputs.commonElement(ElementType.numbers)
    for index in 1...2 {
      guard let bound = inputs.optional(index), bound.type.count != 1 else { continue }
      throw FacenetError(
        .invalidArgument, "the \(index == 1 ? "lower" : "upper") bound is \(bound.type), not one number")
    }
    guard element == .float32 || low == nil && high == nil else {
      throw FacenetError(.unsupported, "input 0 is \(element), but its bounds are floats")
    }
    return [inputs[0]!.type]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let count = site.outputs[0].type.count
    switch site.outputs[0].type.element {
    case .float32:
      let bounds = bounds(site.inputs)
      if bounds == (-.infinity, .infinity) { return .alias }
      return UnaryFunction.kernel(name, .clip(bounds.low, bounds.high), count)
    case .int8: return integerKernel(site, count, Int8.self)
    case .uint8: return integerKernel(site, count, UInt8.self)
    case .int32: return integerKernel(site, count, Int32.self)
    case .int64, .bool: return integerKernel(site, count, Int64.self)
    }
  }

  /// Bounds of floats, infinite where there is none.
  private func bounds(_ inputs: [Operand?]) -> (low: Float, high: Float) {
    let low = inputs.optional(1)?.constant?.values(as: Float.self).first ?? low ?? -.infinity
    let high = inputs.optional(2)?.constant?.values(as: Float.self).first ?? high ?? .infinity
    return (low > high ? high : low, high)
  }

  private func integerKernel<Value: FixedWidthInteger & TensorElement>(_ site: Site, _ count: Int, _: Value.Type)
    -> Kernel
  {
    let high = site.inputs.optional(2)?.constant?.values(as: Value.self).first ?? .max
    let low = site.inputs.optional(1)?.constant?.values(as: Value.self).first ?? .min
    return Kernel(name) { frame in
      let (input, output): (UnsafePointer<Value>, UnsafeMutablePointer<Value>) = (frame.input(0), frame.output(0))
      for i in 0..<count { output[i] = min(max(input[i], low), high) }
    }
  }

  package func activation(_ inputs: [Operand?]) -> Activation? {
    guard inputs.first??.type.element == .float32, (1...2).allSatisfy({ hasKnownBound(inputs, $0) }) else { return nil }
    let bounds = bounds(inputs)
    return bounds == (0, .infinity) ? .relu : .clip(bounds.low, bounds.high)
  }

  private func hasKnownBound(_ inputs: [Operand?], _ index: Int) -> Bool {
    guard let bound = inputs.optional(index) else { return true }
    return bound.constant?.type.element == .float32 && bound.constant?.count == 1
  }
}
