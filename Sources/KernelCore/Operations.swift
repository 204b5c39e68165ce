/// Arithmetic on two values.
@frozen public enum BinaryOperation: Int, CaseIterable, Sendable {
  case add, subtract, multiply, divide
  /// NaN where either value is NaN.
  case minimum, maximum
}

/// A function of one value.
@frozen public enum UnaryOperation: Hashable, Sendable {
  case absolute, negative, reciprocal, squareRoot
  case exponential, logarithm, hyperbolicTangent, errorFunction
  /// 1 / (1 + exp(-x))
  case sigmoid
  case relu
  /// x where x > 0, else slope x.
  case leakyRelu(slope: Float)
  /// Not below the first, not above the second.
  case clip(Float, Float)
  /// Between 0 and 1: slope x + offset.
  case hardSigmoid(slope: Float, offset: Float)
  /// x times the hard sigmoid with slope 1/6 and offset 1/2.
  case hardSwish
  /// x times the normal distribution's cumulative function, through erf.
  case gelu
  /// The approximation of `gelu` through tanh.
  case geluTangent
}
