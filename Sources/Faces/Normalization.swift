/// How a pixel's bytes become a network's input: value = (byte - mean) * scale, for each channel.
public struct Normalization: Sendable, Hashable {
  /// The order of a pixel's channels in a network's input.
  public enum ChannelOrder: String, Sendable, CaseIterable {
    /// Red, green, blue.
    case rgb
    /// Blue, green, red.
    case bgr
  }

  /// The order of the channels.
  public var order: ChannelOrder
  /// Subtracted from a byte, in the order of the channels; three numbers.
  public var mean: [Float]
  /// Multiplied afterwards, in the order of the channels; three numbers.
  public var scale: [Float]

  /// Creates a rule from three means and three scales.
  public init(order: ChannelOrder, mean: [Float], scale: [Float]) {
    self.order = order
    self.mean = mean
    self.scale = scale
  }
}
