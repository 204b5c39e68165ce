import CTurboJPEG
import Core
import TestSupport
import Testing

@testable import Imaging

/// Everything that a stream was cut into.
private struct Cut {
  var pictures: [[UInt8]] = []
  var skippedBefore: [Int] = []
  let stream: JPEGStream

  /// - Parameter chunk: bytes a read.
  init(_ bytes: [UInt8], chunk: Int = 1 << 16, limit: Int = 64 << 20) {
    var stream = JPEGStream(limit: limit)
    var offset = 0
    let read = { (memory: UnsafeMutableRawBufferPointer) -> Int in
      let count = min(chunk, memory.count, bytes.count - offset)
      memory.copyBytes(from: bytes[offset..<offset + count])
      offset += count
      return count
    }
    while let picture = stream.next(reading: read) {
      pictures.append(picture.bytes)
      skippedBefore.append(picture.skipped)
    }
    self.stream = stream
  }
}

@Suite struct JPEGStreamTests {
  private static let samples = ["obama.jpg", "biden.jpg", "obama3.jpg"].compactMap(TestFiles.sample)

  /// A picture with restart markers whose EXIF segment holds another picture, whole.
  private static func withThumbnail() throws -> [UInt8] {
    let thumbnail = try jpeg(smoothPicture(16, 12).bytes, 16, 12)
    let whole = try jpeg(noisePicture(40, 24).bytes, 40, 24)
    let restarted = whole.dropLast(2) + [0xFF, 0xD0, 0x12, 0xFF, 0x00, 0xFF, 0xFF, 0xD7] + whole.suffix(2)
    return inserting(marker: 0xE1, Array("Exif\0\0".utf8) + thumbnail + thumbnail, into: Array(restarted))
  }

  private static func pictures() throws -> [[UInt8]] {
    let small = try jpeg(smoothPicture(24, 16).bytes, 24, 16)
    let progressive = try jpeg(noisePicture(64, 33, seed: 2).bytes, 64, 33, flags: Int32(TJFLAG_PROGRESSIVE))
    return [small, try withThumbnail(), progressive, small]
  }

  @Test(arguments: [1, 2, 3, 5, 7, 64, 1000, 4093, 1 << 16])
  func picturesComeBackWhateverTheReads(chunk: Int) throws {
    let pictures = try Self.pictures()
    let cut = Cut(pictures.flatMap(\.self), chunk: chunk)
    #expect(cut.pictures == pictures)
    #expect(cut.stream.skipped == 0 && cut.stream.unfinished == 0)
  }

  @Test(.enabled(if: samples.count == 3, "sample photographs not installed"), arguments: [1 << 10, 1 << 16])
  func photographsComeBack(chunk: Int) throws {
    let photographs = try Self.samples.map { try File.read($0) }
    #expect(Cut(photographs.flatMap(\.self), chunk: chunk).pictures == photographs)
  }

  @Test(arguments: [1, 7, 1 << 16])
  func boundariesBetweenPicturesAreCounted(chunk: Int) throws {
    let pictures = try Self.pictures()
    let boundary = Array("\r\n--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 1234\r\n\r\n".utf8)
    let cut = Cut(pictures.flatMap { boundary + $0 } + boundary, chunk: chunk)
    #expect(cut.pictures == pictures)
    #expect(cut.skippedBefore == pictures.map { _ in boundary.count })
    #expect(cut.stream.skipped == 5 * boundary.count)
  }

  @Test(arguments: [1, 7, 1 << 16])
  func noiseBetweenPicturesIsPassedOver(chunk: Int) throws {
    let pictures = try Self.pictures()
    for seed in 0..<20 as Range<UInt64> {
      let garbage = noise(997, seed: seed)
      let cut = Cut(pictures.flatMap { garbage + $0 }, chunk: chunk)
      #expect(cut.pictures == pictures, "seed \(seed)")
      #expect(cut.stream.skipped == 4 * garbage.count)
    }
  }

  /// Wherever a picture is cut short, those behind it come back but for what a cut segment has swallowed.
  @Test func pictureCutShortCostsNoOther() throws {
    let small = try jpeg(smoothPicture(24, 16).bytes, 24, 16)
    let broken = try Self.withThumbnail()
    let tail = [[UInt8]](repeating: small, count: 6).flatMap(\.self)
    #expect(tail.count > broken.count)
    for length in 0..<broken.count {
      let cut = Cut(small + broken[..<length] + tail, chunk: 509)
      #expect(cut.pictures.first == small && cut.pictures.last == small, "\(length) of \(broken.count) bytes")
      let found = cut.pictures.reduce(0) { $0 + $1.count }
      #expect(cut.stream.skipped == small.count + length + tail.count - found)
    }
  }

  @Test func endWithinPictureIsReported() throws {
    let small = try jpeg(smoothPicture(24, 16).bytes, 24, 16)
    for length in 3..<small.count {
      let cut = Cut(small + small[..<length], chunk: 100)
      #expect(cut.pictures == [small])
      #expect(cut.stream.unfinished == length)
      #expect(cut.stream.skipped == length)
    }
  }

  @Test(arguments: [1, 100, 1 << 16])
  func largePicturesArePassedOver(chunk: Int) throws {
    let small = try jpeg(smoothPicture(24, 16).bytes, 24, 16)
    let large = try jpeg(noisePicture(300, 300).bytes, 300, 300)
    let cut = Cut(large + small + large + small, chunk: chunk, limit: 60_000)
    #expect(large.count > 60_000)
    #expect(cut.pictures == [small, small])
    #expect(cut.stream.oversized == 2)
    #expect(cut.stream.skipped == 2 * large.count)
  }

  /// Each start claims a segment of 65,533 bytes that holds the next start: the time must not grow with their product.
  @Test func claimedLengthsCostNothing() throws {
    let small = try jpeg(smoothPicture(24, 16).bytes, 24, 16)
    let hostile = (0..<200_000).flatMap { _ in [0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xFF] as [UInt8] }
    #expect(Cut(hostile + small).pictures.last == small)
    let chained = (0..<200_000).flatMap { _ in [0xFF, 0xE0, 0x00, 0x06, 0xFF, 0xD8, 0xFF, 0xE0] as [UInt8] }
    #expect(Cut([0xFF, 0xD8] + chained + [0x00] + small).pictures.last == small)
    let empty = (0..<200_000).flatMap { _ in [0xFF, 0xD8, 0xFF, 0xD9] as [UInt8] }
    #expect(Cut(empty).pictures.count == 200_000)
  }

  @Test func readingErrorsPass() {
    struct Stopped: Error {}
    var stream = JPEGStream()
    #expect(throws: Stopped.self) { try stream.next { _ throws(Stopped) in throw Stopped() } }
  }
}
