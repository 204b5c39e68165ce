import Foundation
import Imaging
import TestSupport
import Testing

@testable import FacenetTool

@Suite(.enabled(if: Fixtures.canRecognise, "default models or samples not present")) struct DetectTests {
  @Test func facesComeAsJSON() throws {
    let names = ["obama.jpg", "biden.jpg", "astronaut.png"]
    let run = try ProgramRun(["detect", "--json"] + names.map(Fixtures.sample))
    #expect(run.status == 0)
    let photographs = try run.objects()
    #expect(photographs.compactMap { $0["path"] as? String } == (try names.map(Fixtures.sample)))
    for photograph in photographs {
      let width = try #require(photograph["width"] as? Double)
      let faces = try #require(photograph["faces"] as? [[String: Any]])
      #expect(faces.count == 1)
      let box = try #require(faces[0]["box"] as? [Double])
      let score = try #require(faces[0]["score"] as? Double)
      let landmarks = try #require(faces[0]["landmarks"] as? [[Double]])
      #expect(box.count == 4 && box[0] < box[2] && box[1] < box[3] && box[2] < width)
      #expect(score > 0.9 && score <= 1)
      #expect(landmarks.count == 5)
      #expect(landmarks.allSatisfy { $0[0] > box[0] && $0[0] < box[2] && $0[1] > box[1] && $0[1] < box[3] })
      #expect(landmarks[0][0] < landmarks[1][0] && landmarks[0][1] < landmarks[3][1])
    }
  }

  @Test func textShowsTheSameFaces() throws {
    let run = try ProgramRun(["detect", Fixtures.sample("obama.jpg")])
    #expect(run.status == 0)
    #expect(run.messages.isEmpty)
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0].hasSuffix("1 face"))
    #expect(lines[1].hasPrefix("  1  score 0.9") || lines[1].hasPrefix("  1  score 1.0"))
  }

  @Test func theRunGoesOnPastWhatCannotBeRead() throws {
    let folder = try TemporaryFolder()
    try folder.write("a-empty.jpg")
    try folder.write("b-text.png", Array("hello".utf8))
    try folder.write("c-plain.png", Fixtures.plainPicture(width: 64, height: 48))
    try folder.copies(of: Fixtures.sample("obama.jpg"), count: 1)
    let missing = folder.file("missing.jpg")
    let run = try ProgramRun(["detect", "--json", folder.path, missing])
    #expect(run.status == 1)
    let objects = try run.objects()
    let named = { (name: String) in objects.first { ($0["path"] as? String)?.hasSuffix(name) ?? false } }
    #expect(objects.count == 5)
    for name in ["a-empty.jpg", "b-text.png", "missing.jpg"] {
      #expect(named(name)?["error"] is String, "\(name)")
      #expect(named(name)?["faces"] == nil)
      #expect(run.messages.contains(name))
    }
    #expect((named("c-plain.png")?["faces"] as? [Any])?.isEmpty == true)
    #expect((named("1000.jpg")?["faces"] as? [Any])?.count == 1)
    #expect(run.messages.contains("5 photographs: 1 face; 1 shows no face, 3 could not be read"))
  }

  @Test func nothingThatCanBeReadIsStatusTwo() throws {
    let folder = try TemporaryFolder()
    for verb in ["detect", "embed"] {
      let run = try ProgramRun([verb, folder.path])
      #expect(run.status == 2)
      #expect(run.messages == "facenet: there is no picture in \(folder.path)\n")
    }
    #expect(try ProgramRun(["detect", folder.file("none.jpg")]).status == 2)
    try folder.write("plain.png", Fixtures.plainPicture(width: 1, height: 1))
    #expect(try ProgramRun(["detect", folder.path]).status == 1)
  }

  @Test(.enabled(if: SharedData.path("data/photos/bad") != nil, "data not present"))
  func everyBadFileIsAnsweredAlike() throws {
    let folder = try #require(SharedData.path("data/photos/bad"))
    let table = try String(contentsOfFile: folder + "/expected.csv", encoding: .utf8)
    let decodes = Dictionary(
      uniqueKeysWithValues: table.split(separator: "\n").dropFirst().map { line in
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        return (String(fields[0]), String(fields[1]))
      })
    let run = try ProgramRun(["detect", "--json", folder])
    #expect(run.status == 1)
    let objects = try run.objects()
    #expect(objects.count == decodes.count)
    for object in objects {
      let name = lastComponent(try #require(object["path"] as? String))
      let failed = object["error"] != nil
      if decodes[name] == "no" { #expect(failed, "\(name)") }
      let refusable = ["face.webp", "face.bmp", "face.gif"]
      if decodes[name] == "yes" && !refusable.contains(name) { #expect(!failed, "\(name)") }
    }
  }

  @Test func drawingsHaveThePhotographsSizeAndNamesOfTheirOwn() throws {
    let folder = try TemporaryFolder()
    let output = try TemporaryFolder()
    try folder.write(
      "one/astronaut.png", Data(contentsOf: URL(fileURLWithPath: Fixtures.sample("astronaut.png"))).map { $0 })
    try folder.write("plain.png", Fixtures.plainPicture(width: 30, height: 20))
    let samples = [folder.path, try Fixtures.sample("astronaut.png"), try Fixtures.sample("astronaut.png")]
    let run = try ProgramRun(["detect"] + samples + ["--draw", output.file("new/folder")])
    #expect(run.status == 1)
    #expect(
      output.contents().filter { $0.hasSuffix(".jpg") } == [
        "new/folder/astronaut-2.jpg", "new/folder/astronaut.jpg", "new/folder/one/astronaut.jpg",
        "new/folder/plain.jpg",
      ])
    let original = try Bitmap(path: Fixtures.sample("astronaut.png"))
    let drawing = try Bitmap(path: output.file("new/folder/one/astronaut.jpg"))
    #expect((drawing.width, drawing.height) == (original.width, original.height))
    #expect(greenPixels(drawing) > greenPixels(original) + 200)
  }

  /// Pixels near the colour that boxes are drawn in.
  private func greenPixels(_ bitmap: Bitmap) -> Int {
    (0..<bitmap.width * bitmap.height).count { pixel in
      let (red, green, blue) = (bitmap.pointer[3 * pixel], bitmap.pointer[3 * pixel + 1], bitmap.pointer[3 * pixel + 2])
      return red < 110 && green > 180 && blue < 140
    }
  }

  /// A photograph of one's own above all.
  @Test func drawingsReplaceNoFile() throws {
    let folder = try TemporaryFolder()
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: Fixtures.sample("obama.jpg"))))
    let photograph = try folder.write("obama.jpg", bytes)
    for words in [["detect", photograph], ["detect", folder.path], ["detect", try Fixtures.sample("obama.jpg")]] {
      let run = try ProgramRun(words + ["--draw", folder.path])
      #expect(run.status == 2 && run.output.isEmpty)
      #expect(run.messages.contains("\(photograph) is there already"))
      #expect(Array(try Data(contentsOf: URL(fileURLWithPath: photograph))) == bytes)
    }
    #expect(folder.contents() == ["obama.jpg"])
  }

  @Test func drawingsThatCannotBeWrittenEndTheRunAtOnce() throws {
    let folder = try TemporaryFolder()
    try folder.write("taken")
    for target in [folder.file("taken"), folder.file("taken/below"), "/proc/none"] {
      let run = try ProgramRun(["detect", Fixtures.sample("obama.jpg"), "--draw", target])
      #expect(run.status == 2, "\(target)")
      #expect(run.output.isEmpty)
      #expect(run.messages.contains("cannot make the folder"), "\(run.messages)")
    }
    #expect(folder.contents() == ["taken"])
  }

  @Test func aHigherScoreLimitLeavesFacesOut() throws {
    let photograph = try Fixtures.sample("obama.jpg")
    let all = try #require(try ProgramRun(["detect", "--json", photograph]).objects()[0]["faces"] as? [[String: Any]])
    let score = try #require(all[0]["score"] as? Double)
    #expect(score < 1)
    let run = try ProgramRun(["detect", "--json", photograph, "--minimum-score", "\((1 + score) / 2)"])
    #expect((try run.objects()[0]["faces"] as? [Any])?.isEmpty == true)
    #expect(run.status == 1)
  }

  @Test(.enabled(if: Unprivileged.isPossible, Unprivileged.reason))
  func whatMayNotBeReadIsReported() throws {
    let nobody = try Unprivileged()
    let folder = nobody.folder
    try folder.write("photos/closed/photo.jpg")
    for name in ["open.png", "secret.png"] {
      try folder.write("photos/\(name)", Fixtures.plainPicture(width: 20, height: 20))
    }
    chmod(folder.file("photos/closed"), 0)
    chmod(folder.file("photos/secret.png"), 0)
    defer { chmod(folder.file("photos/closed"), 0o755) }
    let run = try nobody.run(["detect", "--json", folder.file("photos")])
    #expect(run.status == 1)
    for name in ["closed", "secret.png"] {
      #expect(run.messages.contains("cannot open \(folder.file("photos/\(name)")): Permission denied"))
    }
    let objects = try run.objects()
    #expect(objects.count == 3 && objects.count { $0["error"] is String } == 2)
  }

  @Test(.enabled(if: Unprivileged.isPossible, Unprivileged.reason))
  func aFolderThatMayNotBeWrittenEndsTheRun() throws {
    let nobody = try Unprivileged()
    let photograph = try nobody.folder.write("open.png", Fixtures.plainPicture(width: 20, height: 20))
    let run = try nobody.run(["detect", photograph, "--draw", nobody.folder.path])
    #expect(run.status == 2)
    #expect(run.messages.contains("Permission denied"))
  }
}
