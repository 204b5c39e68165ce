import Core
import Glibc
import Testing

@testable import Imaging

@Suite struct PNGTests {
  static let kinds = [
    (0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8), (4, 8), (4, 16), (6, 8),
    (6, 16),
  ]
  static let sizes = [(1, 1), (3, 5), (8, 8), (13, 7), (1, 17), (31, 2)]

  @Test(arguments: kinds, [false, true])
  func decodesEveryKind(_ kind: (colourType: Int, depth: Int), isInterlaced: Bool) throws {
    for (width, height) in Self.sizes {
      var fixture = PNGFixture(width, height, colourType: kind.colourType, depth: kind.depth)
      fixture.isInterlaced = isInterlaced
      if kind.colourType == 3 { fixture.palette = Self.palette(1 << kind.depth) }
      try expect(Bitmap(decoding: fixture.encoded()), toShow: fixture)
    }
  }

  @Test(arguments: [(0, 1), (0, 2), (0, 4), (0, 8), (2, 8), (3, 2), (3, 8)])
  func showsWhiteThroughTransparentSamples(_ kind: (colourType: Int, depth: Int)) throws {
    var fixture = PNGFixture(9, 11, colourType: kind.colourType, depth: kind.depth)
    if kind.colourType == 3 {
      fixture.palette = Self.palette(1 << kind.depth)
      fixture.transparency = [0, 130, 255]
    } else {
      fixture.transparency = (0..<fixture.channels).flatMap { bigEndian(UInt16(fixture.sample(4, 4, $0))) }
    }
    let bitmap = try Bitmap(decoding: fixture.encoded())
    try expect(bitmap, toShow: fixture)
    if kind.colourType != 3 { #expect(bitmap.pixel(4, 4) == [255, 255, 255]) }
  }

  @Test func readsSixteenBitsAsDisplayValues() throws {
    let fixture = PNGFixture(50, 40, colourType: 0, depth: 16)
    let bitmap = try Bitmap(decoding: fixture.encoded())
    for y in 0..<40 {
      for x in 0..<50 { #expect(abs(Double(bitmap.pixel(x, y)[0]) - Double(fixture.sample(x, y, 0)) / 257) <= 0.51) }
    }
  }

  @Test func appliesTheGammaThatTheFileStates() throws {
    var fixture = PNGFixture(4, 4, colourType: 0, depth: 8)
    fixture.extra = PNGFixture.chunk("gAMA", bigEndian(UInt32(100_000)))
    let bitmap = try Bitmap(decoding: fixture.encoded())
    for y in 0..<4 {
      for x in 0..<4 {
        let linear = Double(fixture.sample(x, y, 0)) / 255
        #expect(abs(Double(bitmap.pixel(x, y)[0]) - 255 * pow(linear, 1 / 2.2)) <= 1)
      }
    }
  }

  @Test(arguments: 1...8, [ByteReader.Order.little, .big])
  func turnsAsItsExifChunkAsks(orientation: Int, order: ByteReader.Order) throws {
    var fixture = PNGFixture(5, 3, colourType: 2, depth: 8)
    let stored = try Bitmap(decoding: fixture.encoded())
    fixture.extra = PNGFixture.chunk("eXIf", exif(orientation: UInt16(orientation), order: order))
    expectOriented(try Bitmap(decoding: fixture.encoded()), orientation, of: stored)
  }

  @Test func keepsBombsFromTheDecoder() throws {
    var fixture = PNGFixture(2, 2, colourType: 2, depth: 8)
    let plain = try Bitmap(decoding: fixture.encoded())
    let profile = Array("x\0\0".utf8) + PNGFixture.stored([UInt8](repeating: 0, count: 1 << 20))
    fixture.extra = PNGFixture.chunk("iCCP", profile) + PNGFixture.chunk("zTXt", profile)
    let file = fixture.encoded()
    #expect(try Bitmap(decoding: file).bytes == plain.bytes)
    let chunks = try file.withUnsafeBytes { try PNGChunks($0, DecodeLimits()) }
    #expect(chunks.essential.count < 200)
  }

  @Test func refusesMorePixelsThanItsBytesCanHold() throws {
    var file = PNGFixture(2, 2, colourType: 2, depth: 8).encoded()
    let header = bigEndian(UInt32(9000)) + bigEndian(UInt32(9000)) + [8, 2, 0, 0, 0]
    file.replaceSubrange(8..<33, with: PNGFixture.chunk("IHDR", header))
    let error = #expect(throws: FacenetError.self) { try Bitmap(decoding: file) }
    #expect(error?.message.contains("9000x9000") == true)
    #expect(error?.status == .corrupt)
  }

  @Test(arguments: [false, true], [1, 100, 700]) func refusesDataThatEndBeforeTheLastRow(
    isInterlaced: Bool, missing: Int
  ) {
    var fixture = PNGFixture(16, 16, colourType: 2, depth: 8)
    fixture.isInterlaced = isInterlaced
    fixture.missing = missing
    let error = #expect(throws: FacenetError.self) { try Bitmap(decoding: fixture.encoded()) }
    #expect(error?.status == .corrupt)
    #expect(error?.message.contains("16x16 is damaged") == true)
  }

  @Test func refusesByDeclaredSize() throws {
    let file = PNGFixture(40, 25, colourType: 2, depth: 8).encoded()
    _ = try Bitmap(decoding: file, limits: DecodeLimits(maximumPixels: 1000))
    let error = #expect(throws: FacenetError.self) {
      try Bitmap(decoding: file, limits: DecodeLimits(maximumPixels: 999))
    }
    #expect(error?.status == .tooLarge)
  }

  @Test(arguments: [(0, 8), (2, 16), (4, 16), (6, 8), (6, 16)])
  func appliesTheGammaToInterlacedPicturesAlike(_ kind: (colourType: Int, depth: Int)) throws {
    var fixture = PNGFixture(19, 13, colourType: kind.colourType, depth: kind.depth)
    let plain = try Bitmap(decoding: fixture.encoded())
    fixture.extra = PNGFixture.chunk("gAMA", bigEndian(UInt32(100_000)))
    let lighter = try Bitmap(decoding: fixture.encoded())
    #expect(lighter.bytes != plain.bytes)
    fixture.isInterlaced = true
    #expect(try Bitmap(decoding: fixture.encoded()).bytes == lighter.bytes)
  }

  @Test func refusesAnUnknownCriticalLayout() throws {
    for (colourType, depth) in [(1, 8), (2, 4), (3, 16), (7, 8), (0, 3), (6, 255)] {
      var file = PNGFixture(2, 2, colourType: 0, depth: 8).encoded()
      let header = bigEndian(UInt32(2)) + bigEndian(UInt32(2)) + [UInt8(depth), UInt8(colourType), 0, 0, 0]
      file.replaceSubrange(8..<33, with: PNGFixture.chunk("IHDR", header))
      #expect(throws: FacenetError.self) { try Bitmap(decoding: file) }
    }
  }

  static func palette(_ count: Int) -> [[UInt8]] { (0..<count).map { noise(3, seed: UInt64($0)) } }
}

/// Compares with the samples themselves: scaled to 8 bits, mixed with white in double precision.
private func expect(_ bitmap: Bitmap, toShow fixture: PNGFixture) throws {
  try #require(bitmap.width == fixture.width && bitmap.height == fixture.height)
  var worst = 0.0
  for y in 0..<fixture.height {
    for x in 0..<fixture.width {
      let (colour, alpha) = oracle(fixture, x, y)
      for channel in 0..<3 {
        let mixed = colour[channel] * alpha + 255 * (1 - alpha)
        worst = max(worst, abs(Double(bitmap.pixel(x, y)[channel]) - mixed))
      }
    }
  }
  // Sixteen bits: colour and alpha are each rounded to 8 bits before they are mixed and rounded once more.
  #expect(worst <= (fixture.depth == 16 ? 1.5 : 0.501), "\(fixture.width)x\(fixture.height)")
}

private func oracle(_ fixture: PNGFixture, _ x: Int, _ y: Int) -> (colour: [Double], alpha: Double) {
  let raw = (0..<fixture.channels).map { fixture.sample(x, y, $0) }
  let scaled = raw.map { 255 * Double($0) / Double((1 << fixture.depth) - 1) }
  if fixture.colourType == 3 {
    let alpha = raw[0] < fixture.transparency.count ? fixture.transparency[raw[0]] : 255
    return (fixture.palette[raw[0]].map(Double.init), Double(alpha) / 255)
  }
  let colours = fixture.colourType & 2 == 2 ? 3 : 1
  let colour = (0..<3).map { scaled[colours == 3 ? $0 : 0] }
  if fixture.colourType & 4 == 4 { return (colour, scaled[colours] / 255) }
  let isKey = !fixture.transparency.isEmpty && raw.flatMap { bigEndian(UInt16($0)) } == fixture.transparency
  return (colour, isKey ? 0 : 1)
}
