import Core
import Testing

@testable import Imaging

@Suite struct ResizeTests {
  static let sides = [1, 2, 3, 7, 16, 31, 53]

  @Test(arguments: sides, sides) func followsTheOracle(from: Int, to: Int) throws {
    // The other axis runs through the sides in another order, so that both differ.
    let height = Self.sides[(from + 3) % Self.sides.count]
    let newHeight = Self.sides[(to + 5) % Self.sides.count]
    let picture = try noisePicture(from, height, seed: UInt64(100 * from + to))
    for filter in [ResampleFilter.triangle, .windowMean] {
      let expected = oracle(picture, to, newHeight, filter)
      let resized = try picture.withView { try $0.resized(width: to, height: newHeight, filter: filter) }
      #expect(resized.width == to && resized.height == newHeight)
      #expect(zip(resized.bytes, expected).allSatisfy { abs(Double($0) - $1) <= 0.501 })
      let floats = try picture.withView { try written($0, to, newHeight, filter) }
      #expect(floats.count == expected.count)
      #expect(zip(floats, expected).allSatisfy { abs(Double($0) - $1) <= 1e-3 })
    }
  }

  @Test(arguments: sides) func keepsConstantsAndIdentity(side: Int) throws {
    for value in [0, 1, 127, 254, 255] as [UInt8] {
      let flat = try Bitmap(width: side, height: 5, rgb: [UInt8](repeating: value, count: 15 * side))
      let resized = try flat.withView { try $0.resized(width: 29, height: 11) }
      #expect(resized.bytes.allSatisfy { $0 == value })
    }
    let picture = try noisePicture(side, 9)
    #expect(try picture.withView { try $0.resized(width: side, height: 9) }.bytes == picture.bytes)
  }

  @Test func doesNotAlias() throws {
    let stripes = (0..<64 * 64).flatMap { [UInt8](repeating: $0 % 2 == 0 ? 0 : 255, count: 3) }
    let picture = try Bitmap(width: 64, height: 64, rgb: stripes)
    let resized = try picture.withView { try $0.resized(width: 15, height: 15) }
    #expect(resized.bytes.allSatisfy { (118...137).contains($0) })
  }

  @Test func movesNothing() throws {
    let ramp = (0..<120).flatMap { x in [UInt8](repeating: UInt8(2 * x), count: 3) }
    let picture = try Bitmap(width: 120, height: 1, rgb: ramp)
    for width in [15, 30, 40, 60, 240, 360] {
      let resized = try picture.withView { try $0.resized(width: width, height: 1) }
      for x in 2 * width / 15..<width - 2 * width / 15 {
        let place = (Double(x) + 0.5) * 120 / Double(width) - 0.5
        #expect(abs(Double(resized.pixel(x, 0)[0]) - 2 * place) <= 0.51)
      }
    }
  }

  @Test(arguments: PixelFormat.allCases) func resizesEveryFormat(format: PixelFormat) throws {
    let (bytes, rgb) = try formatted(format, width: 11, height: 7, padding: 5)
    let resized = try bytes.withUnsafeBufferPointer { buffer in
      let view = try ImageView(
        pixels: #require(buffer.baseAddress), width: 11, height: 7, stride: 11 * format.bytesPerPixel + 5,
        format: format)
      return (try view.resized(width: 5, height: 9), try written(view, 5, 9, .windowMean))
    }
    #expect(try resized.0.bytes == rgb.withView { try $0.resized(width: 5, height: 9) }.bytes)
    #expect(try resized.1 == rgb.withView { try written($0, 5, 9, .windowMean) })
  }

  @Test(arguments: [(0, 1), (1, 0), (-1, 4), (1 << 20, 1 << 20), (Int.max, 2)])
  func refusesSizes(_ size: (width: Int, height: Int)) throws {
    let picture = try noisePicture(3, 3)
    #expect(throws: FacenetError.self) {
      try picture.withView { try $0.resized(width: size.width, height: size.height) }
    }
    var untouched: Float = -1
    #expect(throws: FacenetError.self) {
      try picture.withView { try $0.writeResized(width: size.width, height: size.height, to: &untouched) }
    }
    #expect(untouched == -1)
  }
}

/// Pixels of a format with garbage between the rows and in the alpha bytes, and the same as RGB.
func formatted(_ format: PixelFormat, width: Int, height: Int, padding: Int) throws -> (bytes: [UInt8], rgb: Bitmap) {
  let stride = width * format.bytesPerPixel + padding
  let bytes = noise(stride * height, seed: UInt64(format.rawValue))
  var rgb: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      let pixel = bytes[(y * stride + x * format.bytesPerPixel)...]
      let first = pixel.startIndex
      switch format {
      case .gray8: rgb += [pixel[first], pixel[first], pixel[first]]
      case .rgb8, .rgba8: rgb += pixel.prefix(3)
      case .bgr8, .bgra8: rgb += pixel.prefix(3).reversed()
      }
    }
  }
  return (bytes, try Bitmap(width: width, height: height, rgb: rgb))
}

/// The weight of every source pixel, by the filter's definition.
private func weights(_ output: Int, _ source: Int, _ target: Int, _ filter: ResampleFilter) -> [Double] {
  let ratio = Double(source) / Double(target)
  let (low, high) = (Double(output) * ratio, Double(output + 1) * ratio)
  let raw = (0..<source).map { index -> Double in
    switch filter {
    case .triangle: max(0, 1 - abs(Double(index) + 0.5 - (low + high) / 2) / max(1, ratio))
    case .windowMean: index * target + target > output * source && index * target < (output + 1) * source ? 1 : 0
    }
  }
  let sum = raw.reduce(0, +)
  return raw.map { $0 / sum }
}

/// Red, green and blue of every pixel of the picture at another size.
private func oracle(_ picture: Bitmap, _ width: Int, _ height: Int, _ filter: ResampleFilter) -> [Double] {
  let columns = (0..<width).map { weights($0, picture.width, width, filter) }
  let rows = (0..<height).map { weights($0, picture.height, height, filter) }
  var values: [Double] = []
  for y in 0..<height {
    var mixed = [Double](repeating: 0, count: 3 * picture.width)
    for row in 0..<picture.height where rows[y][row] > 0 {
      let source = picture.pointer + 3 * picture.width * row
      for index in mixed.indices { mixed[index] += rows[y][row] * Double(source[index]) }
    }
    for x in 0..<width {
      for channel in 0..<3 {
        values.append((0..<picture.width).reduce(0.0) { $0 + columns[x][$1] * mixed[3 * $1 + channel] })
      }
    }
  }
  return values
}

private func written(_ view: ImageView, _ width: Int, _ height: Int, _ filter: ResampleFilter) throws -> [Float] {
  var values = [Float](repeating: .nan, count: 3 * width * height)
  try values.withUnsafeMutableBufferPointer {
    try view.writeResized(width: width, height: height, filter: filter, to: #require($0.baseAddress))
  }
  return values
}
