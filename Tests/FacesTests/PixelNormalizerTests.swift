import Core
import Imaging
import Testing

@testable import Faces

@Suite struct PixelNormalizerTests {
  @Test(arguments: PixelFormat.allCases, [Normalization.ChannelOrder.rgb, .bgr])
  func writesEveryFormat(format: PixelFormat, order: Normalization.ChannelOrder) throws {
    let (width, height, step) = (5, 3, format.bytesPerPixel)
    let stride = width * step + 7
    let bytes = (0..<stride * height).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }
    let rule = Normalization(order: order, mean: [1, 2, 3], scale: [0.5, 0.25, 2])
    let (canvasWidth, canvasHeight) = (8, 4)
    var output = [Float](repeating: .nan, count: 3 * canvasWidth * canvasHeight)
    try bytes.withUnsafeBufferPointer { pixels in
      let view = try ImageView(
        pixels: pixels.baseAddress!, width: width, height: height, stride: stride, format: format)
      try output.withUnsafeMutableBufferPointer {
        try PixelNormalizer(rule).write(view, width: canvasWidth, height: canvasHeight, to: $0.baseAddress!)
      }
    }
    let places: [Int] =
      switch format {
      case .gray8: [0, 0, 0]
      case .rgb8, .rgba8: [0, 1, 2]
      case .bgr8, .bgra8: [2, 1, 0]
      }
    let channels = order == .rgb ? places : places.reversed()
    for y in 0..<canvasHeight {
      for x in 0..<canvasWidth {
        for (channel, place) in channels.enumerated() {
          let byte = x < width && y < height ? Float(bytes[y * stride + x * step + place]) : 0
          let expected = (byte - rule.mean[channel]) * rule.scale[channel]
          #expect(output[3 * (y * canvasWidth + x) + channel] == expected)
        }
      }
    }
  }

  @Test(arguments: [Normalization.ChannelOrder.rgb, .bgr])
  func normalizesFractionsInPlace(order: Normalization.ChannelOrder) throws {
    let rule = Normalization(order: order, mean: [1, 2, 3], scale: [0.5, 0.25, 2])
    let colours: [Float] = [0.25, 254.75, 127.5, 255, 0, 31.125, 7, 8, 9]
    var values = colours
    try values.withUnsafeMutableBufferPointer {
      try PixelNormalizer(rule).normalize($0.baseAddress!, count: 2)
    }
    for (index, value) in values.prefix(6).enumerated() {
      let channel = index % 3
      let colour = colours[index - channel + (order == .rgb ? channel : 2 - channel)]
      #expect(value == (colour - rule.mean[channel]) * rule.scale[channel])
    }
    #expect(values.suffix(3) == colours.suffix(3))
  }

  @Test func refusesRulesThatAreNotThreeNumbers() {
    for (mean, scale) in [([1, 2], [1, 1, 1]), ([1, 2, 3], [1]), ([1, 2, .nan], [1, 1, 1]), ([], [])]
      as [([Float], [Float])]
    {
      #expect(throws: FacenetError.self) {
        try PixelNormalizer(Normalization(order: .rgb, mean: mean, scale: scale))
      }
    }
  }
}
