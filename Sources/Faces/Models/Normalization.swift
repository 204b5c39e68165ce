import Core
import Imaging

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

  /// What embedders trained the ArcFace way expect: red, green, blue as (byte - 127.5) / 127.5.
  static let arcFace = Normalization(
    order: .rgb, mean: [127.5, 127.5, 127.5], scale: [1 / 127.5, 1 / 127.5, 1 / 127.5])

  /// - Throws: `invalidArgument` unless there are three finite means and scales.
  func validate() throws(FacenetError) {
    guard mean.count == 3, scale.count == 3, (mean + scale).allSatisfy(\.isFinite) else {
      throw FacenetError(.invalidArgument, "a normalization needs three means and three scales that are finite numbers")
    }
  }
}

/// A ``Normalization`` made ready to be applied: what each byte of each channel becomes.
package struct PixelNormalizer: Sendable {
  /// 256 values a channel, in the network's order.
  private let table: [Float]
  private let rule: Normalization

  package init(_ rule: Normalization) throws(FacenetError) {
    try rule.validate()
    self.rule = rule
    table = (0..<3).flatMap { channel in
      (0..<256).map { (Float($0) - rule.mean[channel]) * rule.scale[channel] }
    }
  }

  /// Writes a picture of any format into the top left corner of a network's input of `width` x `height` pixels, three
  /// floats each; the rest becomes black.
  package func write(_ image: ImageView, width: Int, height: Int, to target: UnsafeMutablePointer<Float>) {
    precondition(image.width <= width && image.height <= height)
    let offsets = image.format.offsets
    let channels =
      rule.order == .rgb ? (offsets.red, offsets.green, offsets.blue) : (offsets.blue, offsets.green, offsets.red)
    let step = image.format.bytesPerPixel
    table.withUnsafeBufferPointer { table in
      for y in 0..<height {
        let line = target + 3 * width * y
        let filled = y < image.height ? image.width : 0
        if filled > 0 {
          let source = image.row(y)
          for x in 0..<filled {
            let pixel = source + x &* step
            line[3 &* x] = table[Int(pixel[channels.0])]
            line[3 &* x &+ 1] = table[256 &+ Int(pixel[channels.1])]
            line[3 &* x &+ 2] = table[512 &+ Int(pixel[channels.2])]
          }
        }
        for x in filled..<width {
          for channel in 0..<3 { line[3 &* x &+ channel] = table[256 &* channel] }
        }
      }
    }
  }

  /// Turns `count` pixels of three floats each, 0 to 255 in the order red, green, blue, into a network's input in place.
  package func normalize(_ pixels: UnsafeMutablePointer<Float>, count: Int) {
    let isReversed = rule.order == .bgr
    let mean = SIMD3(rule.mean[0], rule.mean[1], rule.mean[2])
    let scale = SIMD3(rule.scale[0], rule.scale[1], rule.scale[2])
    for place in 0..<count {
      let pixel = pixels + 3 * place
      let colour = isReversed ? SIMD3(pixel[2], pixel[1], pixel[0]) : SIMD3(pixel[0], pixel[1], pixel[2])
      let value = (colour - mean) * scale
      for channel in 0..<3 { pixel[channel] = value[channel] }
    }
  }
}
