import Glibc

extension Reference {
  package static func value(_ operation: BinaryOperation, _ a: Float, _ b: Float) -> Float {
    switch operation {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .minimum: a.isNaN || b.isNaN ? .nan : b < a ? b : a
    case .maximum: a.isNaN || b.isNaN ? .nan : b > a ? b : a
    }
  }

  package static func value(_ operation: UnaryOperation, _ x: Float) -> Float {
    Float(value(operation, Double(x)))
  }

  package static func value(_ operation: UnaryOperation, _ x: Double) -> Double {
    switch operation {
    case .absolute: return abs(x)
    case .negative: return -x
    case .reciprocal: return 1 / x
    case .squareRoot: return x.squareRoot()
    case .exponential: return exp(x)
    case .logarithm: return log(x)
    case .hyperbolicTangent: return tanh(x)
    case .errorFunction: return erf(x)
    case .sigmoid: return 1 / (1 + exp(-x))
    case .relu: return x < 0 ? 0 : x
    case .leakyRelu(let slope): return x < 0 ? Double(slope) * x : x
    case .clip(let low, let high): return x < Double(low) ? Double(low) : x > Double(high) ? Double(high) : x
    case .hardSigmoid(let slope, let offset):
      let line = Double(slope) * x + Double(offset)
      return line < 0 ? 0 : line > 1 ? 1 : line
    case .hardSwish: return x * (x < -3 ? 0 : x > 3 ? 1 : x / 6 + 0.5)
    case .gelu: return 0.5 * x * erfc(-x * 0.5.squareRoot())
    case .geluTangent:
      let inner = (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
      return x / (1 + exp(-2 * inner))
    }
  }
}
