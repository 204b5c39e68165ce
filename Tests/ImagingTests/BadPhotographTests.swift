import Core
import TestSupport
import Testing

@testable import Imaging

/// One line of `photos/bad/expected.csv`.
struct ExpectedPhotograph: CustomTestStringConvertible {
  let file: String
  let decodes: String
  let format: String
  let width: Int?
  let height: Int?

  var testDescription: String { file }

  static let folder = "data/photos/bad"

  static let all: [ExpectedPhotograph] = {
    guard let path = SharedData.path(folder + "/expected.csv"), let bytes = try? File.read(path) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      return ExpectedPhotograph(
        file: fields[0], decodes: fields[1], format: fields[2], width: Int(fields[3]), height: Int(fields[4]))
    }
  }()
}

@Suite(.enabled(if: !ExpectedPhotograph.all.isEmpty, "data not present"))
struct BadPhotographTests {
  @Test(arguments: ExpectedPhotograph.all)
  func decodesOrExplains(_ expected: ExpectedPhotograph) throws {
    let path = try #require(SharedData.path("\(ExpectedPhotograph.folder)/\(expected.file)"))
    let isOffered = ["jpeg", "png"].contains(expected.format)
    do throws(FacenetError) {
      let bitmap = try Bitmap(path: path)
      #expect(expected.decodes != "no" && isOffered)
      #expect(bitmap.width == expected.width && bitmap.height == expected.height)
    } catch {
      #expect(expected.decodes != "yes" || !isOffered, "\(error)")
      #expect(error.message.contains(expected.file))
      if !isOffered && expected.decodes == "yes" { #expect(error.status == .unsupported) }
    }
  }

  /// Eleven variants of one photograph: what differs is the coding, so the pixels are near each other.
  @Test(arguments: [
    "cmyk.jpg", "progressive.jpg", "palette.png", "rgb_16bit.png", "png_named.jpg", "jpeg_named.png",
    "jpeg_trailing_garbage.jpg",
  ])
  func showsTheSamePhotograph(file: String) throws {
    let folder = ExpectedPhotograph.folder
    let reference = try Bitmap(path: #require(SharedData.path(folder + "/jpeg_named.png")))
    let bitmap = try Bitmap(path: #require(SharedData.path("\(folder)/\(file)")))
    #expect(meanDifference(bitmap, reference) < 6)
  }

  @Test(arguments: ["truncated_60pct.jpg", "corrupt_middle.jpg"])
  func takesDamageWhenAsked(file: String) throws {
    let path = try #require(SharedData.path("\(ExpectedPhotograph.folder)/\(file)"))
    #expect(throws: FacenetError.self) { try Bitmap(path: path) }
    let bitmap = try Bitmap(path: path, options: DecodeOptions(acceptsDamage: true))
    let whole = try Bitmap(path: #require(SharedData.path(ExpectedPhotograph.folder + "/jpeg_named.png")))
    #expect(bitmap.width == 316 && bitmap.height == 464)
    #expect(bitmap.bytes.prefix(3 * 316 * 160) == whole.bytes.prefix(3 * 316 * 160))
  }
}

@Suite(.enabled(if: SharedData.path("data/photos/exif") != nil, "data not present"))
struct ExifPhotographTests {
  @Test(arguments: 2...8) func looksUpright(orientation: Int) throws {
    let folder = try #require(SharedData.path("data/photos/exif"))
    let upright = try Bitmap(path: "\(folder)/lady_orientation_1.jpg")
    let turned = try Bitmap(path: "\(folder)/lady_orientation_\(orientation).jpg")
    #expect(turned.width == upright.width && turned.height == upright.height)
    #expect(maximumDifference(turned, upright) <= 3)
  }

  @Test func leavesStoredPixelsWhenAsked() throws {
    let folder = try #require(SharedData.path("data/photos/exif"))
    let stored = try Bitmap(
      path: "\(folder)/lady_orientation_6.jpg", options: DecodeOptions(appliesOrientation: false))
    #expect(stored.width == 464 && stored.height == 304)
  }
}

func maximumDifference(_ left: Bitmap, _ right: Bitmap) -> Int {
  differences(left, right).maximum
}

func meanDifference(_ left: Bitmap, _ right: Bitmap) -> Double {
  let (sum, _) = differences(left, right)
  return Double(sum) / Double(3 * left.width * left.height)
}

/// Sum and maximum of the differences of all bytes; pictures of other sizes are as far apart as can be.
private func differences(_ left: Bitmap, _ right: Bitmap) -> (sum: Int, maximum: Int) {
  let count = 3 * left.width * left.height
  guard left.width == right.width, left.height == right.height else { return (255 * count, 255) }
  let (first, second) = (left.pointer, right.pointer)
  var (sum, maximum, index) = (0, 0, 0)
  while index < count {
    let difference = abs(Int(first[index]) - Int(second[index]))
    sum += difference
    maximum = max(maximum, difference)
    index += 1
  }
  return (sum, maximum)
}
