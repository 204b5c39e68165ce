import Core
import Glibc
import Testing

@testable import Gallery

@Suite struct GalleryTests {
  @Test func whoIsEnrolledIsFoundAgain() throws {
    try withGallery { gallery in
      let ada = try gallery.enrol("Ada", key: "a-1", facts: #"{"born": 1815}"#, templates: [Template(unit(0))])
      let bob = try gallery.enrol("Bob'); DROP TABLE people; --", templates: [Template(unit(1)), Template(unit(2))])
      let counted = try gallery.count()
      #expect(counted.people == 2 && counted.templates == 3)
      #expect(try gallery.people().map(\.id) == [ada, bob])
      #expect(try gallery.person(key: "a-1")?.facts == #"{"born": 1815}"#)
      #expect(try gallery.templates(of: bob).map(\.embedding) == [unit(1), unit(2)])
      let known = try gallery.identify(unit(2), options: IdentificationOptions(acceptance: .distance(0.5)))
      #expect(known.verdict == .known && known.person?.id == bob)
      let unknown = try gallery.identify(unit(5), options: IdentificationOptions(acceptance: .distance(0.5)))
      #expect(unknown.verdict == .unknown && unknown.candidates.count == 2)
      try gallery.remove(people: [bob])
      #expect(try gallery.identify(unit(2)).verdict == .unknown)
      #expect(try gallery.people().map(\.name) == ["Ada"])
    }
  }

  @Test func twoAlikeAreAmbiguous() throws {
    try withGallery { gallery in
      try gallery.enrol("Ada", templates: [Template(unit(0))])
      try gallery.enrol("Eve", templates: [Template(unit(0))])
      #expect(try gallery.identify(unit(0), options: .init(acceptance: .distance(0.5))).verdict == .ambiguous)
    }
  }

  @Test func whatWasRemovedIsNowhere() throws {
    for encoding in TemplateEncoding.allCases {
      try withGallery(encoding: encoding) { gallery in
        let kept = (0..<8).map { Float($0 + 1) / Float(204).squareRoot() }
        let gone = Array(kept.reversed())
        try gallery.enrol("Keptperson", templates: [Template(kept)])
        let person = try gallery.enrol(
          "Goneperson", key: "gonekey",
          templates: [Template(gone, photo: "gonephoto", thumbnail: Array("gonepixels".utf8))])
        try gallery.saveIndex()
        let traces =
          [encoding.encode(gone), TemplateEncoding.float32.encode(try gallery.templates(of: person)[0].embedding)]
          + ["Goneperson", "gonekey", "gonephoto", "gonepixels"].map { Array($0.utf8) }
        #expect(try traces.allSatisfy { try found($0, beside: gallery.path) })
        try gallery.remove(people: [person])
        try gallery.saveIndex()
        for trace in traces { #expect(try !found(trace, beside: gallery.path)) }
        #expect(try found(Array("Keptperson".utf8), beside: gallery.path))
        #expect(try found(encoding.encode(kept), beside: gallery.path))
      }
    }
  }

  @Test func everyFileIsItsOwnersAlone() throws {
    try withGallery { gallery in
      try gallery.enrol("Ada", templates: [Template(unit(0))])
      try gallery.saveIndex()
      let files = try filesBeside(gallery.path)
      #expect(files.count == 4)
      for file in files { #expect(try mode(of: file) == 0o600) }
    }
  }

  @Test func aLinkLeadsToTheSameIndex() throws {
    try withGallery { gallery in
      #expect(symlink("gallery.db", gallery.path + ".link") == 0)
      let linked = try Gallery(path: gallery.path + ".link")
      try linked.enrol("Ann", templates: [Template(unit(0))])
      try linked.saveIndex()
      #expect(try filesBeside(gallery.path).filter { $0.hasSuffix(".index") } == [gallery.indexPath])
    }
  }

  @Test func nothingIsReadAfterAMigrationElsewhere() throws {
    try withGallery { gallery in
      let person = try gallery.enrol("Ann", templates: [Template(unit(0))])
      let other = try GalleryModel(name: "other", fingerprint: "4567", dimension: 8)
      try Gallery(path: gallery.path).write { connection throws(FacenetError) in
        try connection.run("UPDATE gallery SET model = ?", [.blob(other.encoded)])
      }
      #expect(throws: FacenetError.self) { try gallery.templates(of: person) }
      #expect(throws: FacenetError.self) { try gallery.export(to: String(gallery.path.dropLast("/gallery.db".count))) }
      #expect(try Gallery(path: gallery.path).templates(of: person).count == 1)
    }
  }

  @Test func numbersThatNobodyGaveEndNothing() throws {
    try withGallery { gallery in
      try gallery.enrol("Ann", templates: [Template(unit(0))])
      try gallery.write { connection throws(FacenetError) in
        try connection.run("UPDATE gallery SET identity = -5")
        try connection.run("UPDATE sqlite_sequence SET seq = 9223372036854775807 WHERE name = 'templates'")
      }
      let opened = try Gallery(path: gallery.path)
      #expect(try opened.identify(unit(0), options: IdentificationOptions(acceptance: .model)).person?.name == "Ann")
      #expect(throws: FacenetError.self) { try opened.enrol("Bob", templates: [Template(unit(1))]) }
      #expect(try opened.count().people == 1)
    }
  }

  @Test func anotherConnectionsChangesAreSeen() throws {
    try withGallery { gallery in
      let other = try Gallery(path: gallery.path)
      let ada = try other.enrol("Ada", templates: [Template(unit(0))])
      #expect(try gallery.identify(unit(0), options: .init(acceptance: .distance(0.1))).person?.id == ada)
      try other.remove(people: [ada])
      #expect(try gallery.identify(unit(0)).verdict == .unknown)
    }
  }

  @Test func aDamagedIndexIsMadeAgain() throws {
    try withGallery { gallery in
      try gallery.enrol("Ada", templates: [Template(unit(0))])
      try File.write([UInt8](repeating: 7, count: 5000), to: gallery.indexPath)
      let again = try Gallery(path: gallery.path)
      #expect(try again.identify(unit(0), options: .init(acceptance: .distance(0.1))).verdict == .known)
    }
  }

  @Test func rowsOfAFileAreEnrolledByKey() throws {
    try withFolder { folder in
      let gallery = try Gallery(creating: folder + "/gallery.db", model: testModel())
      let rows = folder + "/rows.npy"
      try writeMatrix([unit(0), unit(1), unit(2)], to: rows)
      #expect(try gallery.enrol(embeddingsAt: rows, keys: ["a", "b", "a"]) == 3)
      #expect(try gallery.people().map(\.templates) == [2, 1])
      #expect(throws: FacenetError.self) { try gallery.enrol(embeddingsAt: rows, keys: ["a"]) }
      #expect(try gallery.check() == [])
      let statistics = try gallery.statistics()
      #expect(statistics.people == 2 && statistics.templates == 3 && statistics.peopleWithoutTemplates == 0)
    }
  }

  @Test(arguments: TemplateEncoding.allCases) func whatAPersonHasIsNotEnrolledAgain(encoding: TemplateEncoding) throws {
    try withGallery(encoding: encoding) { gallery in
      let rows = [unit(0), unit(1), unit(0), unit(0)].flatMap { $0 }
      let keys = ["a", "b", "a", "b"]
      func enrol() throws -> Int { try rows.withUnsafeBufferPointer { try gallery.enrol($0, keys: keys) } }
      #expect(try enrol() == 3)
      #expect(try enrol() == 0)
      let people = try gallery.people()
      #expect(people.map(\.templates) == [1, 2])
      try gallery.remove(templates: [try gallery.templates(of: people[1].id)[0].id])
      #expect(try enrol() == 1)
      #expect(try gallery.people().map(\.templates) == [1, 2])
    }
  }

  @Test func checkNoticesWhatDoesNotBelong() throws {
    try withGallery { gallery in
      try gallery.enrol("Ada", templates: [Template(unit(0))])
      try gallery.saveIndex()
      #expect(try gallery.check() == [])
      let other = try Connection(path: gallery.path, wait: 1000)
      let changed = TemplateEncoding.float32.encode(unit(1))
      try other.run("UPDATE templates SET embedding = ?", [.blob(changed)])
      #expect(try gallery.check().count == 1)
      try other.run("UPDATE templates SET embedding = ?", [.blob(Array(changed.dropLast()))])
      #expect(try gallery.check().count == 1)
      try other.run("UPDATE templates SET embedding = ?", [.blob(TemplateEncoding.float32.encode(unit(0)))])
      let bytes = try File.read(gallery.indexPath)
      let vector = TemplateEncoding.float32.encode(unit(0))
      let start = try #require(bytes.indices.first { bytes[$0...].starts(with: vector) })
      for position in start..<start + vector.count {
        var changed = bytes
        changed[position] ^= 1
        try File.write(changed, to: gallery.indexPath)
        #expect(try gallery.check().count == 1)
      }
    }
  }

  @Test func aLaterVersionAndOtherFilesAreRefused() throws {
    try withGallery { gallery in
      try Connection(path: gallery.path, wait: 1000).run("PRAGMA user_version = \(Schema.version + 1)")
      #expect { try Gallery(path: gallery.path) } throws: { ($0 as? FacenetError)?.status == .unsupported }
      try File.write(Array("no database at all".utf8), to: gallery.path + ".txt")
      #expect { try Gallery(path: gallery.path + ".txt") } throws: { ($0 as? FacenetError)?.status == .corrupt }
      #expect { try Gallery(path: gallery.path + ".none") } throws: { ($0 as? FacenetError)?.status == .notFound }
      #expect(throws: FacenetError.self) { try Gallery(creating: gallery.path, model: testModel()) }
    }
  }

  @Test func aSecondWriterWaitsOrIsTold() throws {
    try withGallery { gallery in
      let other = try Connection(path: gallery.path, wait: 0)
      let hasty = try Gallery(path: gallery.path, options: GalleryOptions(wait: 0))
      try other.transaction { () throws(FacenetError) in
        try other.run("UPDATE gallery SET changes = changes + 1")
        #expect(
          throws: FacenetError(
            .inputOutput, "cannot write to the gallery \(gallery.path): another process is writing to it")
        ) {
          try hasty.enrol("Ada")
        }
      }
      try hasty.enrol("Ada")
      #expect(try gallery.count().people == 1)
    }
  }

  @Test func thresholdsFollowTheSizeOfTheGallery() throws {
    let model = try testModel()
    func threshold(_ acceptance: Acceptance, _ count: Int) throws -> IdentificationThreshold {
      try IdentificationThreshold(acceptance, model: model, comparisons: count)
    }
    let measured = try threshold(.falseAcceptRate(0.01), 7)
    #expect(abs(measured.distance - 1) < 1e-5 && !measured.isExtrapolated)
    let one = try threshold(.falsePositiveIdentificationRate(0.01), 1)
    #expect(abs(one.distance - 1) < 1e-5)
    let ten = try threshold(.falsePositiveIdentificationRate(0.01), 10)
    #expect(abs(ten.falseAcceptRate! - 0.0010045) < 1e-6 && abs(ten.distance - 0.8) < 1e-3 && !ten.isExtrapolated)
    let many = try threshold(.falsePositiveIdentificationRate(0.01), 100)
    #expect(many.isExtrapolated && abs(many.distance - 0.6) < 1e-2)
    #expect(throws: FacenetError.self) { try threshold(.falseAcceptRate(0), 1) }
  }
}
