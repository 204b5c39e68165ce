import Core
import Testing

@testable import Imaging

/// Where the stored pixel (x, y) belongs in the upright picture: the tag's definition, not its inverse.
private func place(_ orientation: Int, _ x: Int, _ y: Int, _ width: Int, _ height: Int) -> (x: Int, y: Int) {
  switch orientation {
  case 2: (width - 1 - x, y)
  case 3: (width - 1 - x, height - 1 - y)
  case 4: (x, height - 1 - y)
  case 5: (y, x)
  case 6: (height - 1 - y, x)
  case 7: (height - 1 - y, width - 1 - x)
  case 8: (y, width - 1 - x)
  default: (x, y)
  }
}

func expectOriented(_ upright: Bitmap, _ orientation: Int, of stored: Bitmap) {
  let swaps = orientation >= 5
  #expect(upright.width == (swaps ? stored.height : stored.width))
  #expect(upright.height == (swaps ? stored.width : stored.height))
  #expect(upright.originalWidth == (swaps ? stored.originalHeight : stored.originalWidth))
  for y in 0..<stored.height {
    for x in 0..<stored.width {
      let to = place(orientation, x, y, stored.width, stored.height)
      #expect(upright.pixel(to.x, to.y) == stored.pixel(x, y))
    }
  }
}

@Suite struct OrientationTests {
  @Test(arguments: 1...8, [(1, 1), (1, 5), (7, 1), (3, 4), (70, 65), (129, 2)])
  func turnsEveryPixel(orientation: Int, size: (width: Int, height: Int)) throws {
    let stored = try noisePicture(size.width, size.height)
    let pixels = try Pixels(width: size.width, height: size.height)
    pixels.row(0).update(from: stored.pointer, count: stored.bytes.count)
    let upright = try #require(Orientation(rawValue: orientation)).apply(to: pixels)
    expectOriented(Bitmap(upright), orientation, of: stored)
  }

  @Test(arguments: 1...8, [ByteReader.Order.little, .big])
  func readsTheTagOfAJPEG(orientation: Int, order: ByteReader.Order) throws {
    let picture = try smoothPicture(21, 13)
    let plain = try jpeg(picture.bytes, 21, 13)
    let stored = try Bitmap(decoding: plain)
    let segment = Array("Exif\0\0".utf8) + exif(orientation: UInt16(orientation), order: order, before: 3)
    let tagged = inserting(marker: 0xE1, segment, into: plain)
    expectOriented(try Bitmap(decoding: tagged), orientation, of: stored)
    let untouched = try Bitmap(decoding: tagged, options: DecodeOptions(appliesOrientation: false))
    #expect(untouched.bytes == stored.bytes)
  }

  @Test func ignoresABrokenTag() {
    let good = exif(orientation: 6, order: .little, before: 0)
    #expect(orientation(good) == .turnedLeft)
    for count in 0..<22 where count < good.count { #expect(orientation(Array(good[..<count])) == .upright) }
    for value in [0, 9, 0xFFFF] as [UInt16] { #expect(orientation(exif(orientation: value, order: .big)) == .upright) }
  }

  /// Offset of a field in a little-endian structure without other entries, and what is put there.
  @Test(
    arguments: [
      (4, [0xFF, 0xFF, 0xFF, 0xFF]), (4, [0, 0, 0, 0]), (4, [4, 0, 0, 0]), (8, [0, 0]),
      (12, [2, 0]), (12, [0xFF, 0xFF]), (14, [0, 0, 0, 0]), (14, [0xFF, 0xFF, 0xFF, 0xFF]), (0, [0x49, 0x4D]),
      (2, [43, 0]),
    ] as [(Int, [UInt8])])
  func ignoresHostileFields(_ patch: (offset: Int, bytes: [UInt8])) {
    var tiff = exif(orientation: 6, order: .little, before: 0)
    tiff.replaceSubrange(patch.offset..<patch.offset + patch.bytes.count, with: patch.bytes)
    #expect(orientation(tiff) == .upright)
  }

  @Test func readsNoFurtherThanTheLastEntry() {
    var tiff = exif(orientation: 6, order: .little, before: 2)
    tiff.replaceSubrange(8..<10, with: [0xFF, 0xFF])
    #expect(orientation(tiff) == .turnedLeft)
    tiff[34] = 0x13
    #expect(orientation(tiff) == .upright)
  }

  private func orientation(_ tiff: [UInt8]) -> Orientation { tiff.withUnsafeBytes { EXIF.orientation(in: $0) } }
}
