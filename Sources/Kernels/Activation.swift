import Core

/// What is applied to the sum of a convolution or matrix product before its one store:
/// y = activation(sum + bias + residual).
package enum Activation: Sendable {
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

/// Equal by the bits of the numbers, so that one of a number that is none is itself.
extension Activation: Hashable {
  package static func == (a: Activation, b: Activation) -> Bool { a.bits == b.bits }
  package func hash(into hasher: inout Hasher) { hasher.combine(bits) }

  /// The kind, then the numbers.
  private var bits: [UInt32] {
    switch self {
    case .none: [0]
    case .relu: [1]
    case .leakyRelu(let slope): [2, slope.bitPattern]
    case .prelu(let slopes): [3] + slopes.map(\.bitPattern)
    case .clip(let low, let high): [4, low.bitPattern, high.bitPattern]
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

  /// One slope a channel for what is x where x > 0, else a multiple of x; nil for the rest.
  package func slopes(channels: Int) -> [Float]? {
    switch self {
    case .none: [Float](repeating: 1, count: channels)
    case .leakyRelu(let slope): [Float](repeating: slope, count: channels)
    case .prelu(let slopes): slopes.count == 1 ? [Float](repeating: slopes[0], count: channels) : slopes
    case .relu, .clip: nil
    }
  }
}
