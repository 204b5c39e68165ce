import Core
import Glibc
import TestSupport
import Testing

@testable import Gallery

/// Whatever comes from outside: a clear sentence, and nothing is lost.
@Suite struct HostileInputTests {
  private func refusal(_ body: () throws -> Void) -> FacenetError? {
    do { try body() } catch { return error as? FacenetError }
    return nil
  }

  /// What opening or checking says against a gallery.
  private func fault(of path: String) -> String? {
    do throws(FacenetError) { return try Gallery(path: path).check().first } catch { return error.message }
  }

  @Test func templatesAreRefusedWithTheReason() throws {
    try withGallery { gallery in
      let ada = try gallery.enrol("Ada", templates: [Template(unit(0))])
      for (value, words) in [(Float.nan, "finite"), (.infinity, "finite"), (0, "zero"), (2, "length 1")] {
        let bad = unit(1).map { $0 * value }
        for error in [
          refusal { try gallery.enrol("Bad", templates: [Template(unit(2)), Template(bad)]) },
          refusal { try gallery.add([Template(bad)], to: ada) }, refusal { _ = try gallery.identify([unit(0), bad]) },
        ] { #expect(error?.status == .invalidArgument && error!.message.contains(words), "\(value)") }
      }
      for count in [0, 7, 9] {
        let error = refusal { try gallery.enrol("Bad", templates: [Template([Float](repeating: 1, count: count))]) }
        #expect(error?.message.contains("has 8 numbers, got \(count)") == true)
      }
      for bad in [
        Template(unit(1), digest: [1]), Template(unit(1), time: .infinity), Template(unit(1), quality: 1.5),
        Template(unit(1), photo: String(repeating: "p", count: 5000)),
      ] { #expect(refusal { try gallery.enrol("Bad", templates: [bad]) }?.status == .invalidArgument) }
      for facts in ["{", "", "{}\0", "\"" + String(repeating: "x", count: 1 << 20) + "\""] {
        #expect(refusal { try gallery.enrol("Bad", facts: facts) }?.status == .invalidArgument)
        #expect(refusal { try gallery.setFacts(facts, of: ada) }?.status == .invalidArgument)
      }
      #expect(refusal { try gallery.remove(people: [ada, 99]) }?.status == .notFound)
      #expect(try gallery.count() == (1, 1))
    }
  }

  @Test func namesAreTextAndNothingElse() throws {
    try withGallery { gallery in
      for name in [
        "", "a\nb", "a\rb", "a\r\nb", "a\0b", "\u{1b}[31m", "a\u{85}b", "a\u{2028}b", "a\u{2029}b", "Zoë \u{202e}",
        "\u{2066}a",
        " ", "\u{a0}\u{3000}", "\u{200b}", "\u{200d}", "\u{3164}", "\u{2800}", "\u{fe0f}",
        String(repeating: "x", count: 10_000),
      ] {
        #expect(refusal { try gallery.enrol(name) }?.status == .invalidArgument)
        #expect(refusal { try gallery.enrol("a", key: name) }?.status == .invalidArgument)
      }
      let names = [
        "Robert'); DROP TABLE people; --", "\"; DELETE FROM templates", "?1", "%s%n", "Zoë 😀", "👩\u{200d}🚀",
        "می\u{200c}خواهم", "\u{200f}א", " a ",
        String(repeating: "é", count: 500),
      ]
      for name in names { try gallery.enrol(name, key: name) }
      #expect(try gallery.people().map(\.name) == names)
      for name in names { #expect(try gallery.person(key: name)?.name == name) }
      #expect(try gallery.check() == [])
    }
  }

  @Test func aNameThatAnEarlierVersionTookIsAFault() throws {
    try withGallery { gallery in
      let person = try gallery.enrol("Ada", key: "a")
      let other = try Connection(path: gallery.path, wait: 1000)
      try other.run("UPDATE people SET name = ?, key = ?", [.text("Ada"), .text("\u{202e}")])
      #expect(try gallery.check().map { $0.contains("person \(person): a person's key is one line") } == [true])
      try other.run("UPDATE people SET name = CAST(x'4aff' AS TEXT), key = NULL")
      #expect(try gallery.check() == ["person \(person): the name or the key is not UTF-8"])
    }
  }

  @Test func aKeyIsOnePersonsAlone() throws {
    try withGallery { gallery in
      let ada = try gallery.enrol("Ada", key: "a")
      let eve = try gallery.enrol("Eve")
      for error in [refusal { try gallery.enrol("Bob", key: "a") }, refusal { try gallery.setKey("a", of: eve) }] {
        #expect(error?.status == .invalidArgument && error!.message.contains("the key a is Ada's already"))
      }
      try gallery.setKey("a", of: ada)
      try gallery.setKey(nil, of: ada)
      try gallery.setKey("a", of: eve)
      #expect(try gallery.person(key: "a")?.name == "Eve")
    }
  }

  @Test(arguments: [-1, 3601, .nan, .infinity]) func aWaitOutOfRangeIsRefused(wait: Double) throws {
    try withFolder { folder in
      let options = GalleryOptions(wait: wait)
      let path = folder + "/gallery.db"
      #expect(
        refusal { _ = try Gallery(creating: path, model: testModel(), options: options) }?.status == .invalidArgument)
      #expect(access(path, F_OK) != 0)
      _ = try Gallery(creating: path, model: testModel())
      #expect(refusal { _ = try Gallery(path: path, options: options) }?.status == .invalidArgument)
    }
  }

  @Test func anotherModelsExportIsRefused() throws {
    try withFolder { folder in
      let gallery = try Gallery(creating: folder + "/gallery.db", model: testModel())
      let other = try GalleryModel(name: "other", fingerprint: "4567", dimension: 8)
      try withFolder { exported in
        try Gallery(creating: folder + "/other.db", model: other).export(to: exported)
        let error = refusal { try gallery.importPeople(from: exported) }
        let models = ("other (4567)", "test (0123)")
        #expect(
          error?.message
            == "\(exported) was exported for the model \(models.0), the gallery \(gallery.path) is for \(models.1)")
      }
    }
  }

  @Test func whatCannotBeReadIsToldApart() throws {
    try withGallery { gallery in
      try gallery.enrol("Ada", templates: [Template(unit(0))])
      try gallery.compact()
      let bytes = try File.read(gallery.path)
      let path = gallery.path + ".copy"
      #expect(refusal { _ = try Gallery(path: "/tmp") }?.status == .inputOutput)
      for length in [0, 50, bytes.count / 2] {
        try File.write(Array(bytes[..<length]), to: path)
        #expect(fault(of: path) != nil, "\(length) bytes")
      }
    }
  }

  /// Nothing that a damaged database holds makes more than an error. Where it traps, the damaged file is left in /tmp.
  @Test(arguments: 1...4) func aDamagedDatabaseNeverTraps(seed: UInt64) throws {
    try withGallery { gallery in
      for axis in 0..<8 { try gallery.enrol("Person \(axis)", templates: [Template(unit(axis))]) }
      try gallery.compact()
      let bytes = try File.read(gallery.path)
      var generator = SeededGenerator(seed: seed)
      for round in 0..<50 {
        var damaged = bytes
        for _ in 0...(round % 8) {
          damaged[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
        }
        let path = gallery.path + ".damaged"
        for suffix in ["-wal", "-shm", ".index"] { unlink(path + suffix) }
        try File.write(damaged, to: path)
        for error in whatIsSaid(of: path) {
          #expect(error.status != .internal && !error.message.isEmpty, "seed \(seed), round \(round): \(error)")
        }
      }
    }
  }

  /// The errors of whatever is done with a gallery.
  private func whatIsSaid(of path: String) -> [FacenetError] {
    var opened: Gallery?
    if let error = refusal({ opened = try Gallery(path: path) }) { return [error] }
    return [
      refusal { _ = try opened!.identify(unit(3)) }, refusal { _ = try opened!.people() },
      refusal { try opened!.enrol("More", templates: [Template(unit(1))]) }, refusal { _ = try opened!.check() },
    ].compactMap { $0 }
  }
}
