import Core
import Kernels

/// A function applied to each element alone: Relu, Sigmoid, Exp and their like, named as in ONNX.
///
/// All take float32; the absolute value, the negative and Relu take integers too, which wrap.
package struct UnaryFunction: Operator {
  package enum Function: Sendable, Hashable {
    case absolute, negative, reciprocal, squareRoot, floor, ceiling, round, sign
    case exponential, logarithm, hyperbolicTangent, errorFunction, softplus, sigmoid, sine, cosine
    case relu, leakyRelu(Float), hardSwish, gelu, geluTangent
    /// Between 0 and 1: slope x + offset.
    case hardSigmoid(slope: Float, offset: Float)
    /// x where x > 0, else factor (exp(x / width) - 1), then the whole times gain: Elu, Celu and Selu.
    case exponentialLinear(factor: Float, width: Float, gain: Float, name: String)
  }

  package let function: Function

  package init(_ function: Function) { self.function = function }

  package var name: String { function.name }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    try inputs[0]!.type.element.check(function.takesIntegers ? ElementType.numbers : [.float32], "input 0")
    return [inputs[0]!.type]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let count = site.outputs[0].type.count
    switch site.outputs[0].type.element {
    case .float32: return function.kernel(count)
    case .int8: return integerKernel(count, Int8.self)
    case .uint8: return integerKernel(count, UInt8.self)
    case .int32: return integerKernel(count, Int32.self)
    case .int64, .bool: return integerKernel(count, Int64.self)
    }
  }

  private func integerKernel<Value: FixedWidthInteger & Sendable>(_ count: Int, _: Value.Type) -> Kernel {
    let function = function
    return Kernel(name) { frame in
      let (input, output): (UnsafePointer<Value>, UnsafeMutablePointer<Value>) = (frame.input(0), frame.output(0))
      for i in 0..<count {
        let x = input[i]
        switch function {
        case .absolute: output[i] = x < 0 ? 0 &- x : x
        case .negative: output[i] = 0 &- x
        case .relu: output[i] = max(x, 0)
        default: output[i] = x.signum()
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

extension UnaryFunction.Function {
  var takesIntegers: Bool {
    switch self {
    case .absolute, .negative, .relu, .sign: true
    default: false
    }
  }

  var name: String {
    switch self {
    case .absolute: "Abs"
    case .negative: "Neg"
    case .reciprocal: "Reciprocal"
    case .squareRoot: "Sqrt"
    case .floor: "Floor"
    case .ceiling: "Ceil"
    case .round: "Round"
    case .sign: "Sign"
    case .exponential: "Exp"
    case .logarithm: "Log"
    case .hyperbolicTangent: "Tanh"
    case .errorFunction: "Erf"
    case .softplus: "Softplus"
    case .sigmoid: "Sigmoid"
    case .sine: "Sin"
    case .cosine: "Cos"
    case .relu: "Relu"
    case .leakyRelu: "LeakyRelu"
    case .hardSwish: "HardSwish"
    case .gelu, .geluTangent: "Gelu"
    case .hardSigmoid: "HardSigmoid"
    case .exponentialLinear(_, _, _, let name): name
    }
  }
}
