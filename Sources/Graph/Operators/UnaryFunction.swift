import Core
import Kernels

/// A function of each number alone: activations, roots, logarithms. `Abs`, `Neg` and `Relu` take integers too.
package struct UnaryFunction: Operator {
  package let function: UnaryOperation
  package let name: String

  package init(_ function: UnaryOperation, name: String) {
    self.function = function
    self.name = name
  }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let takesIntegers = function == .absolute || function == .negative || function == .relu
    try inputs[0]!.type.element.check(takesIntegers ? ElementType.numbers : [.float32], "input 0")
    return [inputs[0]!.type]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let (function, count) = (function, site.outputs[0].type.count)
    switch site.outputs[0].type.element {
    case .int8: return integerKernel(Int8.self, count)
    case .uint8: return integerKernel(UInt8.self, count)
    case .int32: return integerKernel(Int32.self, count)
    case .int64: return integerKernel(Int64.self, count)
    case .bool, .float32: break
    }
    return Kernel(name) { frame in
      let (x, y): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (frame.input(0), frame.output(0))
      inParallel(count, threads: frame.threads, grain: 1 << 15) { range in
        Elementwise.run(function, x + range.lowerBound, into: y + range.lowerBound, count: range.count)
      }
    }
  }

  private func integerKernel<Value: Element & FixedWidthInteger>(_: Value.Type, _ count: Int) -> Kernel {
    let function = function
    return Kernel(name) { frame in
      let (x, y): (UnsafePointer<Value>, UnsafeMutablePointer<Value>) = (frame.input(0), frame.output(0))
      for index in 0..<count {
        let value = x[index]
        switch function {
        case .absolute: y[index] = value < 0 ? 0 &- value : value
        case .negative: y[index] = 0 &- value
        default: y[index] = max(0, value)
        }
      }
    }
  }

  package func activation(_ inputs: [Operand?]) -> Activation? {
    switch function {
    case .relu: .relu
    case .leakyRelu(let slope): .leakyRelu(slope)
    default: nil
    }
  }
}
