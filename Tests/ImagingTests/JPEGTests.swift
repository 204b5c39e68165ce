import CTurboJPEG
import Core
import Testing

@testable import Imaging

@Suite struct JPEGTests {
  @Test(arguments: [(1, 1), (16, 16), (17, 9), (40, 33)], [0, Int32(TJFLAG_PROGRESSIVE)])
  func decodesColour(_ size: (width: Int, height: Int), flags: Int32) throws {
    let picture = try smoothPicture(size.width, size.height)
    for sampling in [TJSAMP_444, TJSAMP_422, TJSAMP_420, TJSAMP_440, TJSAMP_411] {
      let file = try jpeg(picture.bytes, size.width, size.height, sampling: sampling, flags: flags)
      let bitmap = try Bitmap(decoding: file)
      #expect(bitmap.width == size.width && bitmap.height == size.height)
      #expect(meanDifference(bitmap, picture) < 6)
    }
  }

  @Test func decodesGray() throws {
    let gray = (0..<24 * 24).map { UInt8($0 % 24 * 10) }
    let bitmap = try Bitmap(decoding: jpeg(gray, 24, 24, format: TJPF_GRAY, sampling: TJSAMP_GRAY, quality: 100))
    for index in gray.indices {
      let pixel = bitmap.pixel(index % 24, index / 24)
      #expect(pixel.allSatisfy { abs($0 - Int(gray[index])) <= 2 })
      #expect(pixel[0] == pixel[1] && pixel[1] == pixel[2])
    }
  }

  /// Inverted ink (255 is none) as Adobe's programs store it, and the colour that it shows.
  @Test(
    arguments: [
      ([255, 255, 255, 255], [255, 255, 255]), ([255, 255, 255, 0], [0, 0, 0]), ([0, 255, 255, 255], [0, 255, 255]),
      ([255, 0, 255, 255], [255, 0, 255]), ([255, 255, 0, 128], [128, 128, 0]),
      ([200, 150, 100, 200], [157, 118, 78]),
    ] as [([UInt8], [Int])])
  func convertsAdobeInk(_ ink: (stored: [UInt8], shown: [Int])) throws {
    let pixels = (0..<16 * 16).flatMap { _ in ink.stored }
    let file = try jpeg(pixels, 16, 16, format: TJPF_CMYK, quality: 100)
    let pixel = try Bitmap(decoding: file).pixel(7, 8)
    for channel in 0..<3 { #expect(abs(pixel[channel] - ink.shown[channel]) <= 2) }
  }

  /// Without Adobe's segment the four components are plain CMYK with 255 full ink, whatever wrote them.
  @Test(arguments: [0, 90, 255] as [UInt8], [0, 100, 255] as [UInt8])
  func convertsPlainInk(cyan: UInt8, black: UInt8) throws {
    // The encoder stores Y = cyan (of a neutral ink), Cb = Cr = 128, K = black.
    let pixels = (0..<16 * 16).flatMap { _ in [cyan, cyan, cyan, black] }
    var file = try jpeg(pixels, 16, 16, format: TJPF_CMYK, quality: 100)
    let adobe = try #require(file.indices.first { file[$0...].starts(with: [0xFF, 0xEE]) })
    file.removeSubrange(adobe..<adobe + 16)
    let raw = try decodeRawInk(file)
    let pixel = try Bitmap(decoding: file).pixel(3, 3)
    for channel in 0..<3 {
      let shown = (255 - Double(raw[channel])) * (255 - Double(raw[3])) / 255
      #expect(abs(Double(pixel[channel]) - shown) <= 0.51)
    }
    #expect(abs(Int(raw[3]) - Int(black)) <= 2)
    #expect(raw[1] == 128 && raw[2] == 128)
  }

  private func decodeRawInk(_ file: [UInt8]) throws -> [UInt8] {
    let handle = try #require(tjInitDecompress())
    defer { tjDestroy(handle) }
    var pixels = [UInt8](repeating: 0, count: 16 * 16 * 4)
    let status = tjDecompress2(handle, file, UInt(file.count), &pixels, 16, 0, 16, Int32(TJPF_CMYK.rawValue), 0)
    try #require(status == 0)
    return Array(pixels[0..<4])
  }

  @Test(arguments: [1, 2, 4, 8]) func decodesReducedSizes(divisor: Int) throws {
    let picture = try smoothPicture(203, 97)
    let file = try jpeg(picture.bytes, 203, 97)
    let width = (203 + divisor - 1) / divisor
    let reduced = try Bitmap(decoding: file, options: DecodeOptions(minimumLongerSide: width))
    #expect(reduced.width == width && reduced.height == (97 + divisor - 1) / divisor)
    #expect(reduced.originalWidth == 203 && reduced.originalHeight == 97)
    #expect(try worstCell(reduced, of: Bitmap(decoding: file)) <= 2)
    let larger = try Bitmap(decoding: file, options: DecodeOptions(minimumLongerSide: width + 1))
    #expect(larger.width > width || divisor == 1)
  }

  /// Where the sides are no multiples of the reduction, mirrored pictures begin outside the whole one.
  @Test(arguments: 1...8) func placesReducedPictures(orientation: Int) throws {
    let picture = try smoothPicture(83, 45)
    let segment = Array("Exif\0\0".utf8) + exif(orientation: UInt16(orientation), order: .big)
    let file = inserting(marker: 0xE1, segment, into: try jpeg(picture.bytes, 83, 45))
    let whole = try Bitmap(decoding: file)
    let reduced = try Bitmap(decoding: file, options: DecodeOptions(minimumLongerSide: 11))
    #expect(max(reduced.width, reduced.height) == 11 && min(reduced.width, reduced.height) == 6)
    #expect(reduced.originalWidth == whole.width && reduced.originalHeight == whole.height)
    #expect(worstCell(reduced, of: whole) <= 2)
  }

  /// How far a reduced pixel is from the mean of the pixels that it says it shows, at most; of those within the picture.
  private func worstCell(_ reduced: Bitmap, of whole: Bitmap) -> Double {
    let side = reduced.reduction
    var worst = 0.0
    for y in 0..<reduced.height {
      for x in 0..<reduced.width {
        let corner = reduced.originalPoint(Point(Float(x), Float(y)))
        let (left, top) = (Int(corner.x), Int(corner.y))
        guard left >= 0, top >= 0, left + side <= whole.width, top + side <= whole.height else { continue }
        for channel in 0..<3 {
          var sum = 0
          for pixel in 0..<side * side {
            sum += Int(whole.pointer[3 * ((top + pixel / side) * whole.width + left + pixel % side) + channel])
          }
          let shown = reduced.pointer[3 * (y * reduced.width + x) + channel]
          worst = max(worst, abs(Double(shown) - Double(sum) / Double(side * side)))
        }
      }
    }
    return worst
  }

  @Test func wantsEveryCodedByteButNotTheEnd() throws {
    let picture = try noisePicture(64, 64)
    let file = try jpeg(picture.bytes, 64, 64)
    let whole = try Bitmap(decoding: file)
    #expect(try Bitmap(decoding: Array(file.dropLast(2))).bytes == whole.bytes)
    #expect(try Bitmap(decoding: file + noise(5000, seed: 2)).bytes == whole.bytes)
    #expect(try Bitmap(decoding: file.dropLast(2) + [0, 0, 0, 0xFF, 0xD9]).bytes == whole.bytes)
    let cut = Array(file[..<(file.count / 2)])
    let error = #expect(throws: FacenetError.self) { try Bitmap(decoding: cut) }
    #expect(error?.status == .corrupt)
    let rest = try Bitmap(decoding: cut, options: DecodeOptions(acceptsDamage: true))
    #expect(rest.bytes.prefix(64 * 16 * 3) == whole.bytes.prefix(64 * 16 * 3))
  }

  @Test func refusesByDeclaredSize() throws {
    let file = try jpeg(smoothPicture(40, 25).bytes, 40, 25)
    _ = try Bitmap(decoding: file, limits: DecodeLimits(maximumPixels: 1000))
    for side in [65500, 20000] as [UInt16] {
      let error = #expect(throws: FacenetError.self) { try Bitmap(decoding: resized(file, side, side)) }
      #expect(error?.status == .tooLarge)
      #expect(error?.message.contains("\(side)x\(side)") == true)
    }
    let error = #expect(throws: FacenetError.self) { try Bitmap(decoding: resized(file, 9000, 9000)) }
    #expect(error?.status == .corrupt)
  }

  /// Bits a sample, frame marker, components.
  @Test(
    arguments: [
      (12, 0xC1, 3), (8, 0xC3, 3), (8, 0xC5, 3), (8, 0xC9, 3), (8, 0xCA, 3), (8, 0xC0, 2), (8, 0xC0, 5),
    ] as [(UInt8, UInt8, UInt8)])
  func namesWhatItCannotRead(_ frame: (bits: UInt8, marker: UInt8, components: UInt8)) throws {
    var file = try jpeg(smoothPicture(16, 16).bytes, 16, 16)
    let start = try frameStart(file)
    file[start + 1] = frame.marker
    file[start + 4] = frame.bits
    file[start + 9] = frame.components
    let error = #expect(throws: FacenetError.self) { try Bitmap(decoding: file) }
    #expect(error?.status == .unsupported)
  }

  private func frameStart(_ file: [UInt8]) throws -> Int {
    try #require(file.indices.first { file[$0...].starts(with: [0xFF, 0xC0, 0, 17]) })
  }

  private func resized(_ file: [UInt8], _ width: UInt16, _ height: UInt16) throws -> [UInt8] {
    var file = file
    let start = try frameStart(file)
    file.replaceSubrange(start + 5..<start + 9, with: bigEndian(height) + bigEndian(width))
    return file
  }
}
