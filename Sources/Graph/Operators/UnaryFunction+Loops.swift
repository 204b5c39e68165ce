import Core
import Glibc
import Kernels

extension UnaryFunction.Function {
  /// The kernel that is the whole function, where there is one.
  private var operation: UnaryOperation? {
    switch self {
    case .absolute: .absolute
    case .negative: .negative
    case .reciprocal: .reciprocal
    case .squareRoot: .squareRoot
    case .exponential: .exponential
    case .logarithm: .logarithm
    case .hyperbolicTangent: .hyperbolicTangent
    case .errorFunction: .errorFunction
    case .sigmoid: .sigmoid
    case .relu: .relu
    case .leakyRelu(let slope): .leakyRelu(slope: slope)
    case .hardSwish: .hardSwish
    case .gelu: .gelu
    case .geluTangent: .geluTangent
    case .hardSigmoid(let slope, let offset): .hardSigmoid(slope: slope, offset: offset)
    case .floor, .ceiling, .round, .sign, .sine, .cosine, .softplus, .exponentialLinear: nil
    }
  }

  /// The function over `count` contiguous floats.
  func kernel(_ count: Int) -> Kernel {
    if let operation { return UnaryFunction.kernel(name, operation, count) }
    return Kernel(name) { frame in
      let (input, output): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (frame.input(0), frame.output(0))
      inParallel(count, threads: frame.threads, grain: 1 << 14) { range in
        run(input + range.lowerBound, output + range.lowerBound, range.count)
      }
    }
  }

  private func run(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int) {
    switch self {
    case .floor: for i in 0..<count { output[i] = input[i].rounded(.down) }
    case .ceiling: for i in 0..<count { output[i] = input[i].rounded(.up) }
    case .round: for i in 0..<count { output[i] = input[i].rounded(.toNearestOrEven) }
    case .sign: for i in 0..<count { output[i] = input[i] > 0 ? 1 : input[i] < 0 ? -1 : input[i] }
    case .sine: for i in 0..<count { output[i] = sinf(input[i]) }
    case .cosine: for i in 0..<count { output[i] = cosf(input[i]) }
    case .softplus: softplus(input, output, count)
    case .exponentialLinear(let factor, let width, let gain, _):
      for i in 0..<count { output[i] = input[i] / width }
      Elementwise.run(.minimum, output, 0, into: output, count: count)
      Elementwise.run(.exponential, output, into: output, count: count)
      for i in 0..<count { output[i] = gain * (input[i] > 0 ? input[i] : factor * (output[i] - 1)) }
    default: preconditionFailure("\(self) has a kernel of its own")
    }
  }

  /// ln(1 + exp(x)) = max(x, 0) + ln(1 + exp(-|x|)), which cannot overflow.
  private func softplus(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int) {
    for i in 0..<count { output[i] = -abs(input[i]) }
    Elementwise.run(.exponential, output, into: output, count: count)
    Elementwise.run(.add, output, 1, into: output, count: count)
    Elementwise.run(.logarithm, output, into: output, count: count)
    for i in 0..<count { output[i] += max(input[i], 0) }
  }
}

extension UnaryFunction {
  /// One vectorised function over `count` contiguous floats, on all threads where they are many.
  static func kernel(_ label: String, _ operation: UnaryOperation, _ count: Int) -> Kernel {
    Kernel(label) { frame in
      let (input, output): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (frame.input(0), frame.output(0))
      inParallel(count, threads: frame.threads, grain: 1 << 14) { range in
        Elementwise.run(
          operation, input + range.lowerBound, into: output + range.lowerBound, count: range.count)
      }
    }
  }
}
