import Core
import Testing

@testable import Imaging

@Suite struct ImageViewTests {
  @Test(arguments: PixelFormat.allCases, [(1, 1), (5, 3), (16, 2)])
  func convertsEveryFormat(format: PixelFormat, size: (width: Int, height: Int)) throws {
    for padding in [0, 7] {
      let (bytes, rgb) = try formatted(format, width: size.width, height: size.height, padding: padding)
      let copy = try bytes.withUnsafeBufferPointer { buffer in
        let stride = size.width * format.bytesPerPixel + padding
        return try Bitmap(
          copying: ImageView(
            pixels: #require(buffer.baseAddress), width: size.width, height: size.height, stride: stride, format: format
          ))
      }
      #expect(copy.bytes == rgb.bytes)
    }
  }

  @Test(arguments: [
    (0, 1, 3), (1, 0, 3), (-1, 1, 3), (2, 1, 5), (100_000, 100_000, 300_000), (Int.max, 1, Int.max), (1, 2, Int.max),
    (Int.max, Int.max, Int.max),
  ])
  func refusesImpossibleViews(_ shape: (width: Int, height: Int, stride: Int)) {
    [UInt8](repeating: 0, count: 6).withUnsafeBufferPointer { buffer in
      _ = #expect(throws: FacenetError.self) {
        try ImageView(
          pixels: #require(buffer.baseAddress), width: shape.width, height: shape.height, stride: shape.stride,
          format: .rgb8)
      }
    }
  }

  @Test func cropsWithinThePicture() throws {
    let picture = try noisePicture(9, 6)
    try picture.withView { view in
      let crop = try Bitmap(copying: view.cropped(x: 2, y: 1, width: 7, height: 5))
      for y in 0..<5 {
        for x in 0..<7 { #expect(crop.pixel(x, y) == picture.pixel(x + 2, y + 1)) }
      }
      for (x, y, width, height) in [
        (-1, 0, 1, 1), (0, 0, 10, 1), (9, 0, 1, 1), (0, 5, 1, 2), (0, 0, 0, 1), (1, 1, Int.max, 1), (Int.max, 0, 1, 1),
      ] {
        #expect(throws: FacenetError.self) { try view.cropped(x: x, y: y, width: width, height: height) }
      }
    }
  }

  @Test(arguments: [(2, 2, 11), (0, 0, 0), (-1, -1, 3), (Int.max, 3, 9)])
  func refusesAnotherCountOfBytes(_ shape: (width: Int, height: Int, count: Int)) {
    #expect(throws: FacenetError.self) {
      try Bitmap(width: shape.width, height: shape.height, rgb: [UInt8](repeating: 0, count: shape.count))
    }
  }

  @Test(arguments: PixelFormat.allCases) func encodesEveryFormat(format: PixelFormat) throws {
    let (bytes, rgb) = try formatted(format, width: 18, height: 9, padding: 2)
    let opaque = format.bytesPerPixel == 4 ? bytes.indices.map { $0 % 74 % 4 == 3 ? 255 : bytes[$0] } : bytes
    let (png, jpeg) = try opaque.withUnsafeBufferPointer { buffer in
      let view = try ImageView(
        pixels: #require(buffer.baseAddress), width: 18, height: 9, stride: 18 * format.bytesPerPixel + 2,
        format: format)
      return (try view.encodedPNG(), try view.encodedJPEG(quality: 100))
    }
    #expect(try Bitmap(decoding: png).bytes == rgb.bytes)
    #expect(try maximumDifference(Bitmap(decoding: jpeg), rgb) <= 5)
  }

  @Test func encodesNoiseLargerThanItsPixels() throws {
    let picture = try noisePicture(301, 203)
    #expect(try Bitmap(decoding: picture.withView { try $0.encodedPNG() }).bytes == picture.bytes)
    for quality in [0, 101, -5, Int.max] {
      #expect(throws: FacenetError.self) { try picture.withView { try $0.encodedJPEG(quality: quality) } }
    }
  }
}
