import Core
import Kernels

/// Numbers limited to a range: ONNX `Clip`. Bounds come from the file's attributes or inputs 1 and 2; a missing one does
/// not limit.
package struct Clip: Operator {
  package let lowest: Float
  package let highest: Float

  package init(lowest: Float = -.infinity, highest: Float = .infinity) {
    self.lowest = lowest
    self.highest = highest
  }

  package var name: String { "Clip" }
  package var constantInputs: Set<Int> { [1, 2] }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let element = try inputs.commonElement(ElementType.numbers)
    for bound in inputs.dropFirst() where bound != nil && bound?.type.count != 1 {
      throw FacenetError(.invalidArgument, "a bound is \(bound!.type), wanted one number")
    }
    return [TensorType(element, inputs[0]!.shape)]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let count = site.outputs[0].type.count
    switch site.outputs[0].type.element {
    case .int8: return integerKernel(Int8.self, site.inputs, count)
    case .uint8: return integerKernel(UInt8.self, site.inputs, count)
    case .int32: return integerKernel(Int32.self, site.inputs, count)
    case .int64: return integerKernel(Int64.self, site.inputs, count)
    case .bool, .float32: break
    }
    let (low, high) = bounds(site.inputs)
    return Kernel("Clip") { frame in
      let (x, y): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (frame.input(0), frame.output(0))
      inParallel(count, threads: frame.threads, grain: 1 << 15) { range in
        Elementwise.run(.clip(low, high), x + range.lowerBound, into: y + range.lowerBound, count: range.count)
      }
    }
  }

  package func activation(_ inputs: [Operand?]) -> Activation? {
    guard inputs[0]?.type.element == .float32 else { return nil }
    let (low, high) = bounds(inputs)
    return .clip(low, high)
  }

  /// Where the bounds cross, everything is the upper one.
  private func bounds(_ inputs: [Operand?]) -> (Float, Float) {
    let low = inputs.optional(1)?.constant?.values(as: Float.self).first ?? lowest
    let high = inputs.optional(2)?.constant?.values(as: Float.self).first ?? highest
    return (min(low, high), high)
  }

  private func integerKernel<Value: Element & FixedWidthInteger>(
    _: Value.Type, _ inputs: [Operand?], _ count: Int
  ) -> Kernel {
    let low = inputs.optional(1)?.constant?.values(as: Value.self).first ?? .min
    let high = inputs.optional(2)?.constant?.values(as: Value.self).first ?? .max
    return Kernel("Clip") { frame in
      let (x, y): (UnsafePointer<Value>, UnsafeMutablePointer<Value>) = (frame.input(0), frame.output(0))
      for index in 0..<count { y[index] = min(max(x[index], low), high) }
    }
  }
}
