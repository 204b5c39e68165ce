import CTurboJPEG
import Core
import Glibc
import Testing

@testable import Imaging

/// A small file costs little, whatever it says of itself.
@Suite struct CostTests {
  /// A zlib stream without an end that unfolds to zeros: a block in the fixed code (RFC 1951, 3.2.6), the literal 0, then
  /// matches of 258 bytes (`11000101`) at distance 1 (`00000`), eight of which are 13 bytes.
  private func unfolding(to count: Int) -> [UInt8] {
    let match = "1100010100000"
    let period = packed(String(repeating: match, count: 8))
    return [0x78, 0x01] + packed("110" + "00110000" + match)
      + Array(repeating: period, count: count / (8 * 258)).flatMap { $0 }
  }

  /// Bits in the order in which deflate sends them, the lowest of a byte first.
  private func packed(_ bits: String) -> [UInt8] {
    let digits = bits.utf8.map { $0 - UInt8(ascii: "0") }
    return stride(from: 0, to: digits.count, by: 8).map { start in
      (0..<8).reduce(0) { $0 | digits[start + $1] << $1 }
    }
  }

  private func picture(data: [UInt8]) -> [UInt8] {
    let header = bigEndian(UInt32(16)) + bigEndian(UInt32(16)) + [8, 2, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + PNGFixture.chunk("IHDR", header)
      + PNGFixture.chunk("IDAT", data) + PNGFixture.chunk("IEND", [])
  }

  private func refusal(_ file: [UInt8]) -> FacenetError? {
    do throws(FacenetError) { _ = try Bitmap(decoding: file) } catch { return error }
    return nil
  }

  private func seconds(_ work: () throws -> Void) rethrows -> Double {
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
    let start = now()
    try work()
    return now() - start
  }

  /// The data go on for 400 MB after the last row: they cost no more than as many bytes after the end of the stream.
  @Test func dataAfterTheLastRowAreNotUnfolded() throws {
    let bomb = unfolding(to: 400_000_000)
    let rows = PNGFixture.stored([UInt8](repeating: 0, count: 16 * 49))
    let plain = rows + noise(bomb.count - rows.count, seed: 3)
    let files = [picture(data: bomb), picture(data: plain)]
    let pictures = try files.map { try Bitmap(decoding: $0) }
    #expect(pictures[0].bytes == [UInt8](repeating: 0, count: 16 * 16 * 3))
    #expect(pictures[0].bytes == pictures[1].bytes)
    let costs = try files.map { file in try seconds { _ = try Bitmap(decoding: file) } }
    #expect(costs[0] < 4 * costs[1])
  }

  @Test func compressedTextsAndProfilesAreNotUnfolded() throws {
    var fixture = PNGFixture(5, 4, colourType: 6, depth: 8)
    let plain = try Bitmap(decoding: fixture.encoded())
    let bomb = unfolding(to: 1 << 20)
    fixture.extra = PNGFixture.chunk("iCCP", Array("x\0\0".utf8) + bomb)
    for _ in 0..<100 {
      fixture.extra += PNGFixture.chunk("zTXt", Array("x\0\0".utf8) + bomb)
      fixture.extra += PNGFixture.chunk("iTXt", Array("x\0\u{1}\0\0\0".utf8) + bomb)
    }
    let file = fixture.encoded()
    #expect(try Bitmap(decoding: file).bytes == plain.bytes)
    #expect(try file.withUnsafeBytes { try PNGChunks($0, DecodeLimits()) }.essential.count < 400)
  }

  /// Sizes of which a few bytes follow: all are refused before memory for the pixels is asked for.
  @Test(
    arguments: [
      ("P5 60000 60000 255\n", "60000x60000"), ("P6 999999999 999999999 255\n", "999999999x999999999"),
      ("P6 100000001 1 255\n", "100000001x1"), ("P5 1 18446744073709551617 255\n", "height"),
      ("P5 0000000001 1 255\n", "width"),
    ])
  func netpbmOfManyPixelsIsTooLarge(_ header: (text: String, words: String)) {
    let error = refusal(Array(header.text.utf8))
    #expect(error?.status == .tooLarge)
    #expect(error?.message.contains(header.words) == true)
  }

  @Test(
    arguments: [(60000, 60000), (4_294_967_295, 4_294_967_295), (1_000_001, 1), (1, 2_147_483_648)]
      as [(UInt32, UInt32)])
  func pngOfManyPixelsIsTooLarge(_ size: (width: UInt32, height: UInt32)) {
    var file = PNGFixture(2, 2, colourType: 2, depth: 8).encoded()
    let header = bigEndian(size.width) + bigEndian(size.height) + [8, 2, 0, 0, 0]
    file.replaceSubrange(8..<33, with: PNGFixture.chunk("IHDR", header))
    let error = refusal(file)
    #expect(error?.status == .tooLarge)
    #expect(error?.message.contains("\(size.width)x\(size.height)") == true)
  }

  @Test(arguments: [(60000, 60000), (65535, 2), (2, 65501), (65535, 65535)] as [(UInt16, UInt16)])
  func jpegOfManyPixelsIsTooLarge(_ size: (width: UInt16, height: UInt16)) throws {
    let error = refusal(try progressive(scans: 1, size.width, size.height))
    #expect(error?.status == .tooLarge)
    #expect(error?.message.contains("\(size.width)x\(size.height)") == true)
  }

  /// The larger the picture, the fewer scans: 20 walks over the largest are the most.
  @Test(
    arguments: [(16, 16, 100), (1000, 5000, 100), (5000, 5000, 80), (10000, 10000, 20)]
      as [(UInt16, UInt16, Int)])
  func scansAreCountedBeforeTheyAreDecoded(_ limit: (width: UInt16, height: UInt16, scans: Int)) throws {
    let more = refusal(try progressive(scans: limit.scans + 1, limit.width, limit.height))
    #expect(more?.status == .tooLarge)
    #expect(more?.message.contains("\(limit.scans + 1) scans, the limit at this size is \(limit.scans)") == true)
    #expect(refusal(try progressive(scans: limit.scans, limit.width, limit.height))?.status != .tooLarge)
  }

  /// The decoder goes past such segments, so scans after them count.
  @Test(
    arguments: [[0xFF, 0xFE, 0, 0], [0xFF, 0xE1, 0, 1], [0xFF, 0x02, 0xFF, 0xFF], [0xFF, 0xBF, 0xFF, 0xFF]] as [[UInt8]]
  )
  func noSegmentHidesScans(segment: [UInt8]) throws {
    let file = try progressive(scans: 9, 16, 16)
    let second = try #require(scanStarts(file).dropFirst().first)
    let hiding = file[..<second] + segment + file[second...]
    #expect(try Array(hiding).withUnsafeBytes { try JPEGHeader($0) }.scans == 9)
  }

  /// Each output pixel would be the mean of 1024 samples, but hardly any of them meets the picture.
  @Test func whatAWarpDoesNotShowCostsNothing() throws {
    let picture = try smoothPicture(16, 16)
    func cost(scale: Double) throws -> Double {
      let transform = SimilarityTransform(a: scale, b: 0, tx: 200, ty: 200)
      return try seconds { _ = try picture.withView { try $0.warped(by: transform, width: 400, height: 400) } }
    }
    #expect(try cost(scale: 1 / 32) < 10 * cost(scale: 1))
  }

  /// A progressive JPEG that declares a size and repeats its last scan.
  private func progressive(scans: Int, _ width: UInt16, _ height: UInt16) throws -> [UInt8] {
    var file = try jpeg(smoothPicture(16, 16).bytes, 16, 16, flags: Int32(TJFLAG_PROGRESSIVE))
    let frame = try #require(file.indices.first { file[$0...].starts(with: [0xFF, 0xC2, 0, 17]) })
    file.replaceSubrange(frame + 5..<frame + 9, with: bigEndian(height) + bigEndian(width))
    let starts = scanStarts(file)
    let (first, last) = (try #require(starts.first), try #require(starts.last))
    let tail = Array(file[last..<file.count - 2])
    return file[..<first] + Array(repeating: tail, count: scans).flatMap { $0 } + [0xFF, 0xD9]
  }

  private func scanStarts(_ file: [UInt8]) -> [Int] { file.indices.filter { file[$0...].starts(with: [0xFF, 0xDA]) } }

  @Test func aPictureTooLargeForPNGIsNotWritten() throws {
    let pixel: [UInt8] = [1, 2, 3]
    let error = try pixel.withUnsafeBufferPointer { pixels in
      let view = try ImageView(
        pixels: #require(pixels.baseAddress), width: 1_000_000, height: 1000, stride: 3_000_000, format: .rgb8,
        limits: DecodeLimits(maximumPixels: .max))
      return #expect(throws: FacenetError.self) { try view.encodedPNG() }
    }
    #expect(error?.status == .tooLarge)
  }
}
