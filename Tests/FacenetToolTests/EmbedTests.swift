import Foundation
import Imaging
import Testing

@testable import FacenetTool

@Suite(.enabled(if: Fixtures.canRecognise, "default models or samples not present")) struct EmbedTests {
  /// The float32 values of an NPY file and its shape, read without the code that wrote it.
  private func matrix(_ path: String) throws -> (rows: Int, columns: Int, values: [Float]) {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    try #require(Array(data.prefix(8)) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
    let length = Int(data[8]) + 256 * Int(data[9])
    let header = String(decoding: data[10..<10 + length], as: UTF8.self)
    let found = try #require(
      try Regex<(Substring, Substring, Substring)>("\\((\\d+), (\\d+)\\)").firstMatch(in: header))
    let values = data.dropFirst(10 + length).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    return (try #require(Int(found.output.1)), try #require(Int(found.output.2)), values)
  }

  @Test func oneRowAFaceAndATableBesideIt() throws {
    let output = try TemporaryFolder()
    let plain = try output.write("plain.png", Fixtures.plainPicture(width: 80, height: 80))
    let photographs = try [Fixtures.sample("obama.jpg"), plain, Fixtures.sample("biden.jpg")]
    let run = try ProgramRun(["embed"] + photographs + ["--output", output.file("all.npy")])
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.messages.contains("\(plain) shows no face"))
    #expect(run.messages.contains("3 photographs: 2 faces; 1 shows no face; 2 vectors of 512 numbers in"))
    let (rows, columns, values) = try matrix(output.file("all.npy"))
    #expect((rows, columns, values.count) == (2, 512, 1024))
    for row in 0..<2 {
      let square = values[row * 512..<(row + 1) * 512].reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(abs(square - 1) < 1e-5)
    }
    let lines = try String(contentsOfFile: output.file("all.csv"), encoding: .utf8).split(separator: "\n")
    #expect(lines[0] == "path,face,left,top,right,bottom,score")
    #expect(lines.count == 3)
    #expect(lines[1].hasPrefix(photographs[0] + ",1,") && lines[2].hasPrefix(photographs[2] + ",1,"))
    #expect(output.contents() == ["all.csv", "all.npy", "plain.png"])
  }

  @Test func theSameWorkWritesTheSameBytes() throws {
    let output = try TemporaryFolder()
    let photographs = try ["obama.jpg", "obama2.jpg", "biden.jpg", "astronaut.png"].map(Fixtures.sample)
    for (name, threads) in [("a", "1"), ("b", "3"), ("b", "2")] {
      let run = try ProgramRun(
        ["embed"] + photographs + ["--output", output.file("\(name).npy"), "--threads", threads])
      #expect(run.status == 0)
    }
    for ending in ["npy", "csv"] {
      let first = try Data(contentsOf: URL(fileURLWithPath: output.file("a.\(ending)")))
      #expect(try Data(contentsOf: URL(fileURLWithPath: output.file("b.\(ending)"))) == first)
    }
  }

  @Test func everyFormHoldsTheSameNumbers() throws {
    let output = try TemporaryFolder()
    let photograph = try Fixtures.sample("obama.jpg")
    let printed = try ProgramRun(["embed", photograph])
    #expect(printed.status == 0)
    #expect(try ProgramRun(["embed", photograph, "--output", output.file("a.csv")]).status == 0)
    #expect(try ProgramRun(["embed", photograph, "--output", output.file("b.npy")]).status == 0)
    #expect(try String(contentsOfFile: output.file("a.csv"), encoding: .utf8) == printed.output)
    let fields = printed.output.split(separator: "\n")[1].split(separator: ",").suffix(512).compactMap { Float($0) }
    let object = try #require(try ProgramRun(["embed", photograph, "--json"]).objects().first)
    let face = try #require((object["faces"] as? [[String: Any]])?.first)
    let embedding = try #require(face["embedding"] as? [Double]).map { Float($0) }
    let values = try matrix(output.file("b.npy")).values
    #expect(fields == values)
    #expect(embedding == values)
  }

  @Test func jsonWithAnOutputNamesRows() throws {
    let output = try TemporaryFolder()
    let photographs = try [Fixtures.sample("obama.jpg"), Fixtures.sample("biden.jpg")]
    let run = try ProgramRun(["embed", "--json"] + photographs + ["--output", output.file("a.npy")])
    let faces = try run.objects().compactMap { ($0["faces"] as? [[String: Any]])?.first }
    #expect(faces.compactMap { $0["row"] as? Int } == [0, 1])
    #expect(faces.allSatisfy { $0["embedding"] == nil })
  }

  @Test func everyFaceOrTheLargest() throws {
    let folder = try TemporaryFolder()
    let group = try folder.write("group.png", Self.sideBySide(["obama.jpg", "biden.jpg"], widths: [500, 300]))
    let one = try ProgramRun(["embed", group, "--json"]).objects()[0]["faces"] as? [[String: Any]]
    let all = try ProgramRun(["embed", group, "--all-faces", "--json"]).objects()[0]["faces"] as? [[String: Any]]
    #expect(all?.count == 2)
    #expect(all?.compactMap { $0["face"] as? Int } == [1, 2])
    #expect(one?.count == 1)
    let box = try #require(one?[0]["box"] as? [Double])
    #expect(box[2] < 500)
  }

  /// One picture of several photographs, each shrunk to a width.
  static func sideBySide(_ names: [String], widths: [Int]) throws -> [UInt8] {
    var parts: [Bitmap] = []
    for (name, width) in zip(names, widths) {
      let bitmap = try Bitmap(path: Fixtures.sample(name))
      let height = bitmap.height * width / bitmap.width
      parts.append(try bitmap.withView { view in try view.resized(width: width, height: height) })
    }
    let (width, height) = (widths.reduce(0, +), parts.map(\.height).max() ?? 0)
    var pixels = [UInt8](repeating: 0, count: 3 * width * height)
    var left = 0
    for part in parts {
      for y in 0..<part.height {
        for byte in 0..<3 * part.width {
          pixels[3 * (y * width + left) + byte] = part.pointer[3 * y * part.width + byte]
        }
      }
      left += part.width
    }
    return try Bitmap(width: width, height: height, rgb: pixels).withView { view in try view.encodedPNG() }
  }

  @Test func cropsMustHaveTheModelsSide() throws {
    let folder = try TemporaryFolder()
    let right = try folder.write("right.png", Fixtures.plainPicture(width: 160, height: 160))
    let wrong = try folder.write("wrong.png", Fixtures.plainPicture(width: 112, height: 112))
    let run = try ProgramRun(["embed", "--aligned", right, wrong, "--output", folder.file("a.npy")])
    #expect(run.status == 1)
    #expect(run.messages.contains("\(wrong): an aligned crop for facenet has 160x160 pixels, got 112x112"))
    #expect(try matrix(folder.file("a.npy")).rows == 1)
    #expect(try String(contentsOfFile: folder.file("a.csv"), encoding: .utf8).contains("\(right),1,,,,,\n"))
  }

  @Test func whereNoFaceIsFoundTheOldOutputStays() throws {
    let folder = try TemporaryFolder()
    let plain = try folder.write("plain.png", Fixtures.plainPicture(width: 80, height: 80))
    try folder.write("a.npy", Array("old".utf8))
    let run = try ProgramRun(["embed", plain, "--output", folder.file("a.npy")])
    #expect(run.status == 2)
    #expect(run.messages.contains("is not written"))
    #expect(folder.contents() == ["a.npy", "plain.png"])
    #expect(try String(contentsOfFile: folder.file("a.npy"), encoding: .utf8) == "old")
  }

  @Test func outputsThatCannotBeWrittenAreRefusedBeforeTheWork() throws {
    let folder = try TemporaryFolder()
    let photograph = try Fixtures.sample("obama.jpg")
    for (target, reason) in [
      ("none/a.npy", "cannot write"), ("a.txt", "--output must end in .npy or .csv"), (".npy", "--output must end in"),
    ] {
      let run = try ProgramRun(["embed", photograph, "--output", folder.file(target)])
      #expect(run.status == 2, "\(target)")
      #expect(run.messages.contains(reason), "\(run.messages)")
      #expect(run.output.isEmpty)
    }
    #expect(folder.contents().isEmpty)
  }
}
