import Foundation
import Testing

@Suite(.enabled(if: Fixtures.canRecognise, "default models or samples not present")) struct GalleryTests {
  private let folder: TemporaryFolder
  private let gallery: String

  init() throws {
    folder = try TemporaryFolder()
    gallery = folder.file("a.gallery")
    try expect(["gallery", "create", gallery])
  }

  @discardableResult
  private func expect(_ words: [String], status: Int32 = 0) throws -> ProgramRun {
    let run = try ProgramRun(words)
    #expect(run.status == status, "\(words): \(run.messages)")
    return run
  }

  private func names() throws -> [String] {
    try expect(["gallery", "list", gallery, "--json"]).objects().compactMap { $0["name"] as? String }
  }

  /// Obama from two photographs and Biden from one, in a folder a person.
  private func enrolTree() throws -> ProgramRun {
    let photographs = [("Obama", "obama.jpg"), ("Obama", "obama2.jpg"), ("Biden", "biden.jpg")]
    for (person, name) in photographs {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: Fixtures.sample(name)))
      try folder.write("people/\(person)/\(name)", Array(bytes))
    }
    return try expect(["gallery", "enrol", gallery, folder.file("people"), "--json"])
  }

  @Test func treeIsEnrolledAndIdentified() throws {
    let people = try enrolTree().objects()
    #expect(people.map { $0["name"] as? String } == ["Biden", "Obama"])
    #expect(people.map { $0["enrolled"] as? Int } == [1, 2])
    #expect(people.allSatisfy { ($0["warnings"] as? [String])?.isEmpty == true })
    let known = try expect(["identify", gallery, Fixtures.sample("obama3.jpg"), "--json", "--count", "2"])
    let face = try #require((try known.objects()[0]["faces"] as? [[String: Any]])?.first)
    #expect(face["verdict"] as? String == "known" && face["name"] as? String == "Obama")
    let candidates = try #require(face["candidates"] as? [[String: Any]])
    #expect(candidates.compactMap { $0["name"] as? String } == ["Obama", "Biden"])
    let stranger = try expect(["identify", gallery, Fixtures.sample("astronaut.png")], status: 1)
    #expect(stranger.output.contains("unknown"))
    try expect(["identify", gallery, Fixtures.sample("obama3.jpg"), "--threshold", "0.01"], status: 1)
    let counted = try expect(["identify", gallery, Fixtures.sample("obama3.jpg"), "--statistics"])
    #expect(counted.output.hasSuffix("  3 examined, 0 judged\n"))
    let told = try expect(["identify", gallery, Fixtures.sample("obama3.jpg"), "--statistics", "--json"]).objects()[0]
    let looked = try #require((told["faces"] as? [[String: Any]])?.first)
    #expect(looked["examined"] as? Int == 3 && looked["judged"] as? Int == 0)
    try expect(["gallery", "check", gallery])
  }

  @Test func enrolmentAgainAddsNothing() throws {
    _ = try enrolTree()
    let again = try enrolTree()
    #expect(again.output.isEmpty && again.messages.contains("3 enrolled before"))
    #expect(try names() == ["Biden", "Obama"])
  }

  @Test func photographsAreRefusedWithReasons() throws {
    let plain = try folder.write("plain.png", Fixtures.plainPicture(width: 64, height: 48))
    let missing = folder.file("missing.jpg")
    let run = try expect(
      ["gallery", "enrol", gallery, "Obama", Fixtures.sample("obama.jpg"), plain, missing], status: 1)
    #expect(run.messages.contains("plain.png shows no face") && run.messages.contains("missing.jpg"))
    #expect(run.messages.contains("1 photograph enrolled; 2 refused"))
    #expect(try expect(["gallery", "enrol", gallery, "Nobody", plain], status: 2).output.isEmpty)
    #expect(try names() == ["Obama"])
  }

  @Test func doubtsAreSpoken() throws {
    try expect(["gallery", "enrol", gallery, "Obama", Fixtures.sample("obama.jpg")])
    let near = try expect(["gallery", "enrol", gallery, "Barack", Fixtures.sample("obama2.jpg")])
    #expect(near.messages.contains("is near Obama"))
    let far = try expect(["gallery", "enrol", gallery, "Obama", Fixtures.sample("biden.jpg")])
    #expect(far.messages.contains("is far from the others of Obama"))
  }

  @Test(arguments: ["two\nlines", String(repeating: "x", count: 10_000), "", "tab\there"])
  func impossibleNamesAreRefused(name: String) throws {
    let run = try expect(["gallery", "enrol", gallery, name, Fixtures.sample("obama.jpg")], status: 2)
    #expect(run.output.isEmpty)
    #expect(try names().isEmpty)
    try expect(["gallery", "check", gallery])
  }

  @Test(arguments: ["Robert'); DROP TABLE people;--", "\" OR 1=1", "Ann%", "Zoë 东京 🙂", "-- "])
  func oddNamesAreNames(name: String) throws {
    try expect(["gallery", "enrol", gallery, "--", name, Fixtures.sample("obama.jpg")])
    #expect(try names() == [name])
    let found = try expect(["identify", gallery, Fixtures.sample("obama2.jpg"), "--json"]).objects()[0]
    #expect((found["faces"] as? [[String: Any]])?.first?["name"] as? String == name)
    try expect(["gallery", "rename", "--", gallery, name, "Plain"])
    #expect(try names() == ["Plain"])
  }

  @Test func peopleAreShownRenamedAndRemoved() throws {
    _ = try enrolTree()
    let shown = try expect(["gallery", "show", gallery, "Obama", "--json"]).objects()[0]
    let templates = try #require(shown["templates"] as? [[String: Any]])
    #expect(templates.count == 2)
    #expect(templates.allSatisfy { ($0["quality"] as? Double).map { $0 > 0.3 && $0 <= 1 } == true })
    let number = try #require(shown["person"] as? Int)
    try expect(["gallery", "rename", gallery, String(number), "Barack", "--by-number"])
    try expect(["gallery", "remove", gallery, "Barack", "Nobody"], status: 2)
    #expect(try names() == ["Biden", "Barack"])
    try expect(["gallery", "remove", gallery, "Barack"])
    #expect(try names() == ["Biden"])
    try expect(["gallery", "compact", gallery])
    let all = try expect(["gallery", "show", gallery, "--json"]).objects()[0]
    #expect(all["people"] as? Int == 1 && all["templates"] as? Int == 1)
    #expect(all["bytes"] as? Int ?? 0 > 0 && all["unused_bytes"] as? Int == 0)
    #expect(all["people_without_templates"] as? Int == 0 && all["thumbnails"] as? Int == 0)
  }

  @Test func whatIsNoGalleryIsRefused() throws {
    try expect(["gallery", "create", gallery], status: 2)
    let text = try folder.write("text.gallery", Array(repeating: 65, count: 5000))
    for path in [text, folder.file("missing"), folder.path] {
      #expect(try expect(["gallery", "list", path], status: 2).messages.contains(path))
      try expect(["identify", path, Fixtures.sample("obama.jpg")], status: 2)
    }
  }

  @Test func theTwoOfAnAmbiguousFaceAreTold() throws {
    for (name, photograph) in [("Obama", "obama.jpg"), ("Barack", "obama.jpg")] {
      try expect(["gallery", "enrol", gallery, name, Fixtures.sample(photograph)])
    }
    let told = try expect(["identify", gallery, Fixtures.sample("obama2.jpg"), "--json"], status: 1).objects()[0]
    let face = try #require((told["faces"] as? [[String: Any]])?.first)
    let candidates = try #require(face["candidates"] as? [[String: Any]])
    #expect(face["verdict"] as? String == "ambiguous" && candidates.count == 2)
  }

  @Test func thumbnailsOfWhoIsThereAreNotPromised() throws {
    try expect(["gallery", "enrol", gallery, "Obama", Fixtures.sample("obama.jpg")])
    let again = try expect(["gallery", "enrol", gallery, "Obama", Fixtures.sample("obama.jpg"), "--thumbnails"])
    #expect(again.messages.contains("none gets a thumbnail that had none"))
    #expect(try expect(["gallery", "show", gallery]).output.contains("1, 0 with a thumbnail"))
  }

  @Test func streamStandsAlone() throws {
    try expect(["identify", gallery, "-", Fixtures.sample("obama.jpg")], status: 2)
    for flags in [["--all-faces"], ["--count", "3"], ["--draw", folder.file("drawn")]] {
      let refused = try expect(["identify", gallery, "-"] + flags, status: 2)
      #expect(refused.messages == "facenet: \(flags[0]) is for photographs, not for a stream\n")
    }
    let empty = try expect(["identify", gallery, "-"], status: 2)
    #expect(empty.output.isEmpty && empty.messages.contains("no JPEG picture"))
  }

  @Test func factsAreKeptAndReplaced() throws {
    func facts() throws -> String? {
      try expect(["gallery", "show", gallery, "Obama", "--json"]).objects()[0]["facts"] as? String
    }
    let photograph = try Fixtures.sample("obama.jpg")
    try expect(["gallery", "enrol", gallery, "Obama", photograph, "--facts", "{\"born\":1961}"])
    #expect(try facts() == "{\"born\":1961}")
    let broken = try expect(["gallery", "enrol", gallery, "Obama", photograph, "--facts", "{"], status: 2)
    #expect(broken.messages.contains("JSON"))
    try expect(["gallery", "enrol", gallery, "Obama", photograph, "--facts", "[44]"])
    #expect(try facts() == "[44]")
    try expect(["gallery", "enrol", gallery, folder.path, "--facts", "{}"], status: 2)
  }

  @Test func anImportSaysWhatIsMissing() throws {
    let absent = try expect(["gallery", "import", gallery, "/no/such/export"], status: 2)
    #expect(absent.messages == "facenet: there is no /no/such/export\n")
    let matrix = try folder.write("rows.npy")
    #expect(try expect(["gallery", "import", gallery, matrix], status: 2).messages.contains("--keys"))
  }

  @Test func theThresholdIsTold() throws {
    _ = try enrolTree()
    let photograph = try Fixtures.sample("obama3.jpg")
    func face(_ words: String...) throws -> (face: [String: Any], messages: String) {
      let run = try expect(["identify", gallery, photograph, "--json"] + words)
      return (try #require((run.objects()[0]["faces"] as? [[String: Any]])?.first), run.messages)
    }
    let measured = try face()
    #expect(measured.face["extrapolated"] as? Bool == false && measured.messages.isEmpty)
    let (far, fpir) = (measured.face["far"] as? Double ?? 0, measured.face["fpir"] as? Double ?? 0)
    #expect(abs(fpir - 0.01) < 1e-5 && abs(1 - pow(1 - far, 3) - 0.01) < 1e-5)
    let guess = try face("--fpir", "0.0001")
    #expect(guess.face["extrapolated"] as? Bool == true)
    #expect(guess.messages.contains("is a guess") && guess.messages.contains("1 in 10000 strangers"))
    let own = try face("--threshold", "\(measured.face["threshold"] as? Double ?? 0)")
    #expect(try face("--threshold", "0.6").messages.isEmpty)
    #expect(abs((own.face["fpir"] as? Double ?? 0) - 0.01) < 1e-3)
  }

  /// A model that says nothing of rates: what to do is said before any photograph is looked at.
  @Test func aModelWithoutRatesAsksForAThreshold() throws {
    let bare = try folder.write("bare.onnx", Fixtures.altered("facenet", "thresholds.far", to: "thresholds.xxx"))
    let other = folder.file("bare.gallery")
    try expect(["gallery", "create", other, "--embedder", bare])
    try expect(["gallery", "enrol", other, "Obama", Fixtures.sample("obama.jpg"), "--embedder", bare])
    let words = try [
      "identify", other, Fixtures.sample("obama2.jpg"), Fixtures.sample("obama3.jpg"), "--embedder", bare,
    ]
    let refused = try expect(words, status: 2)
    #expect(refused.output.isEmpty && refused.messages.contains("--threshold"))
    #expect(refused.messages.split(separator: "\n").count == 1)
    let known = try expect(words + ["--threshold", "1.1", "--json"]).objects()
    #expect(known.allSatisfy { (($0["faces"] as? [[String: Any]])?[0]["fpir"]) is NSNull })
  }

  /// A detector whose landmarks all lie on the anchor's centre.
  @Test func aFaceThatCannotBeAlignedSpoilsNothing() throws {
    _ = try enrolTree()
    let blind = try folder.write("blind.onnx", Fixtures.altered("retinaface", "0.1,0.2", to: "0.0,0.2"))
    let photograph = try Fixtures.sample("obama.jpg")
    func check(_ face: [String: Any]) {
      #expect(face["verdict"] is NSNull && face["name"] is NSNull && face["quality"] as? Double == 0)
    }
    let run = try expect(["identify", gallery, photograph, "--detector", blind, "--all-faces", "--json"], status: 1)
    let faces = try #require(run.objects()[0]["faces"] as? [[String: Any]])
    #expect(!faces.isEmpty)
    faces.forEach(check)
    #expect(try expect(["identify", gallery, photograph, "--detector", blind], status: 1).output.contains("coincide"))
    let script = "cat \"$1\" \"$1\" | \"$0\" identify \"$2\" - --detector \"$3\""
    let stream = try ProgramRun(
      ["-c", script, ProgramRun.program, photograph, gallery, blind], program: "/bin/sh")
    #expect(stream.status == 1)
    let frames = try stream.objects()
    #expect(frames.count == 2)
    for frame in frames { try #require(frame["faces"] as? [[String: Any]]).forEach(check) }
    let all = try expect(["embed", photograph, "--detector", blind, "--all-faces"], status: 2)
    #expect(all.output.isEmpty && all.messages.contains("coincide") && !all.messages.contains("no face"))
    let largest = try expect(["embed", photograph, "--detector", blind], status: 2)
    #expect(largest.messages.contains("coincide"))
  }

  @Test func theEmbedderOfAGalleryIsItsOwn() throws {
    for verb in [["gallery", "enrol"], ["identify"]] {
      let help = try expect(verb + ["--help"]).output
      #expect(help.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains("must be the gallery's"))
    }
  }
}
