import Core

/// What is applied to the sum of a convolution or matrix product before its one store:
/// y = activation(sum + bias + residual).
package enum Activation: Hashable, Sendable {
  case none
  case relu
  /// x where x > 0, else slope x.
  case leakyRelu(Float)
  /// As `leakyRelu` with one slope an output channel, or one for all.
  case prelu([Float])
  /// Not below the first, not above the second.
  case clip(Float, Float)

  /// The value at output channel `channel`.
  package func callAsFunction(_ x: Float, channel: Int) -> Float {
    switch self {
    case .none: x
    case .relu: x < 0 ? 0 : x
    case .leakyRelu(let slope): x < 0 ? slope * x : x
    case .prelu(let slopes): x < 0 ? slopes[slopes.count == 1 ? 0 : channel] * x : x
    case .clip(let low, let high): x < low ? low : x > high ? high : x
    }
  }
}

extension Activation {
  /// - Throws: `invalidArgument` where a bias or slopes are not one a channel.
  func validate(bias: UnsafeBufferPointer<Float>?, channels: Int, what: String) throws(FacenetError) {
    if let bias, bias.count != channels {
      throw FacenetError(.invalidArgument, "\(what): \(bias.count) bias values, expected \(channels)")
    }
    if case .prelu(let slopes) = self, slopes.count != 1, slopes.count != channels {
      throw FacenetError(.invalidArgument, "\(what): \(slopes.count) slopes, expected 1 or \(channels)")
    }
  }
}
