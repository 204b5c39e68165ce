import Core
import Foundation
import Testing

@testable import Imaging

@Suite final class PictureFileTests {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "facenet-imaging-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  @Test func goesByContentNotByName() throws {
    let picture = try smoothPicture(12, 10)
    try File.write(picture.withView { try $0.encodedPNG() }, to: folder + "/photo.jpg")
    try File.write(picture.withView { try $0.encodedJPEG() }, to: folder + "/photo.png")
    #expect(try Bitmap(path: folder + "/photo.jpg").bytes == picture.bytes)
    #expect(try meanDifference(Bitmap(path: folder + "/photo.png"), picture) < 4)
  }

  @Test func explainsWhatIsNoPictureFile() throws {
    try File.write(Array("not a picture at all".utf8), to: folder + "/text.jpg")
    try File.write([], to: folder + "/empty.jpg")
    mkfifo(folder + "/pipe.jpg", 0o600)
    let expected: [(name: String, status: Status)] = [
      ("", .invalidArgument), ("/absent.jpg", .notFound), ("/text.jpg", .corrupt), ("/empty.jpg", .corrupt),
      ("/pipe.jpg", .invalidArgument),
    ]
    for (name, status) in expected {
      let error = #expect(throws: FacenetError.self) { try Bitmap(path: folder + name) }
      #expect(error?.status == status)
      #expect(error?.message.contains(folder + name) == true)
    }
  }

  @Test func explainsWhatTheSystemRefuses() {
    let path = folder + "/circle.png"
    symlink("circle.png", path)
    let error = #expect(throws: FacenetError.self) { try Bitmap(path: path) }
    #expect(error?.status == .inputOutput)
    #expect(error?.message.contains("cannot open \(path): ") == true)
  }

  @Test func refusesALongFileBeforeReadingIt() throws {
    let path = folder + "/long.jpg"
    try File.write([0xFF], to: path)
    truncate(path, 1 << 40)
    let error = #expect(throws: FacenetError.self) { try Bitmap(path: path) }
    #expect(error?.status == .tooLarge)
  }

  @Test(arguments: ["a.jpg", "a.JPEG", "a.png"]) func writesWhatItReads(name: String) throws {
    let picture = try smoothPicture(33, 21)
    try picture.write(to: folder + "/" + name, quality: 95)
    let back = try Bitmap(path: folder + "/" + name)
    #expect(meanDifference(back, picture) < (name.hasSuffix("png") ? 0.001 : 4))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [name])
  }

  @Test func writesNothingWhereItCannot() throws {
    let picture = try smoothPicture(3, 3)
    for name in ["a.webp", "png", "none/a.png"] {
      #expect(throws: FacenetError.self) { try picture.write(to: folder + "/" + name) }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
  }

  @Test(arguments: [
    ("RIFF\u{1}\u{2}\u{3}\u{4}WEBPVP8 ", "WebP"), ("GIF89a", "GIF"), ("BM1234", "BMP"), ("II*\0abcd", "TIFF"),
    ("MM\0*abcd", "TIFF"), ("\0\0\0\u{18}ftypheic", "HEIC"), ("\0\0\0\u{1C}ftypavif", "AVIF"),
    ("\0\0\0\u{1C}ftypisom", "video"), ("8BPS\0\u{1}", "Photoshop"), ("%PDF-1.7", "PDF"), ("P3\n1 1\n255\n", "Netpbm"),
  ])
  func namesTheFormatsItCannotRead(_ file: (start: String, name: String)) {
    let error = #expect(throws: FacenetError.self) { try Bitmap(decoding: Array(file.start.utf8)) }
    #expect(error?.status == .unsupported)
    #expect(error?.message.contains(file.name) == true)
  }

  @Test func readsNetpbm() throws {
    let gray = try Bitmap(decoding: Array("P5\n# made by hand\n3 2 15\n".utf8) + [0, 5, 15, 1, 2, 99])
    #expect((0..<6).map { gray.pixel($0 % 3, $0 / 3)[1] } == [0, 85, 255, 17, 34, 255])
    let colour = try Bitmap(decoding: Array("P6 1 2 255\n".utf8) + [1, 2, 3, 4, 5, 6, 7])
    #expect(colour.bytes == [1, 2, 3, 4, 5, 6])
    for text in [
      "P5 3 2 255\n12345", "P5 0 2 255\n", "P5 a 2 255\n", "P5 99999 99999 255\n", "P5 9999999999 1 255\n",
      "P6 1 1 65535\n123456", "P6 1 1 0\n123", "P5", "P5 #",
    ] {
      #expect(throws: FacenetError.self) { try Bitmap(decoding: Array(text.utf8)) }
    }
  }
}
