import Core
import Glibc
import Testing

@testable import Gallery

/// What is wrong with a gallery's files is told with the place, and as what it is.
@Suite struct DamageTests {
  private func failure(_ body: () throws -> Void) -> FacenetError? {
    do { try body() } catch { return error as? FacenetError }
    return nil
  }

  private func change(_ gallery: Gallery, _ statement: String, _ values: [SQLiteValue] = []) throws {
    try Connection(path: gallery.path, wait: 1000).run(statement, values)
  }

  @Test(arguments: [
    (Array(TemplateEncoding.float32.encode(unit(1)).dropLast()), "32 bytes, got 31"),
    (TemplateEncoding.float32.encode([.nan] + unit(1).dropFirst()), "finite"),
    (TemplateEncoding.float32.encode(unit(9)), "zero"),
  ])
  func aDamagedTemplateIsNamedAndCanBeRemoved(bytes: [UInt8], words: String) throws {
    try withGallery { gallery in
      try gallery.enrol("Ada", templates: [Template(unit(0))])
      let bob = try gallery.enrol("Bob", templates: [Template(unit(1)), Template(unit(2))])
      let damaged = try gallery.templates(of: bob)[1].id
      try change(gallery, "UPDATE templates SET embedding = ? WHERE id = ?", [.blob(bytes), .integer(damaged)])
      let name = "template \(damaged) of Bob (person \(bob))"
      let error = failure { _ = try gallery.identify(unit(0)) }
      #expect(error?.status == .corrupt && error!.message.contains(name) && error!.message.contains(words))
      let faults = try gallery.check()
      #expect(faults.count == 1 && faults[0].hasPrefix(name) && faults[0].contains(words))
      try gallery.remove(templates: [damaged])
      #expect(try gallery.identify(unit(1), options: .init(acceptance: .distance(0.1))).person?.name == "Bob")
      #expect(try gallery.check() == [])
    }
  }

  @Test func aDamagedFaceOrThumbnailIsNotTakenForTheEmbedding() throws {
    try withGallery { gallery in
      let bob = try gallery.enrol("Bob", templates: [Template(unit(1), thumbnail: [1, 2, 3])])
      let thumbnails = try gallery.check()
      #expect(thumbnails.count == 1 && thumbnails[0].contains("thumbnail") && !thumbnails[0].contains("embedding"))
      try change(gallery, "UPDATE templates SET thumbnail = NULL, face = ?", [.blob([UInt8](repeating: 0, count: 59))])
      let faults = try gallery.check()
      #expect(faults.count == 1 && faults[0].contains("face") && faults[0].contains("60 bytes, got 59"))
      #expect(faults.allSatisfy { $0.contains("of Bob (person \(bob))") && !$0.contains("embedding") })
      #expect(try gallery.identify(unit(1), options: .init(acceptance: .distance(0.1))).person?.name == "Bob")
    }
  }

  @Test(arguments: ["DROP TABLE templates", "DROP TABLE people", "DELETE FROM gallery", "DROP TABLE gallery"])
  func aDatabaseThatIsNoGalleryIsCorrupt(statement: String) throws {
    try withGallery { gallery in
      try gallery.enrol("Ada", templates: [Template(unit(0))])
      try change(gallery, statement)
      #expect(failure { _ = try gallery.identify(unit(0)) }?.status == .corrupt)
      #expect(failure { try gallery.enrol("Bob", templates: [Template(unit(1))]) }?.status == .corrupt)
      #expect(try !gallery.check().isEmpty)
    }
  }

  @Test(arguments: [
    ("UPDATE templates SET id = -id", "1 of templates have numbers that were never given"),
    ("UPDATE people SET id = 1000", "1 of people have numbers that were never given"),
    ("DROP INDEX people_name", "lacks what was made by: CREATE INDEX people_name"),
    ("CREATE TRIGGER more AFTER INSERT ON people BEGIN SELECT 1; END", "the trigger more is not as a gallery"),
    ("ALTER TABLE people ADD COLUMN more TEXT", "the table people is not as a gallery"),
    ("CREATE VIEW everybody AS SELECT * FROM people", "the view everybody is not as a gallery"),
  ])
  func aSchemaThatIsNoGallerysIsTold(statement: String, words: String) throws {
    try withGallery { gallery in
      try gallery.enrol("Ada", templates: [Template(unit(0))])
      #expect(try gallery.check() == [])
      try change(gallery, statement)
      let faults = try gallery.check()
      #expect(faults.contains { $0.contains(words) }, "\(faults)")
    }
  }

  @Test func aFolderInThePlaceOfAGalleryIsCalledOne() throws {
    try withFolder { folder in
      let error = failure { _ = try Gallery(path: folder) }
      #expect(error?.message == "cannot open the gallery \(folder): Is a directory")
    }
  }

  @Test func aCountOfChangesThatNobodyMadeEndsNothing() throws {
    try withGallery { gallery in
      try gallery.enrol("Ada", templates: [Template(unit(0))])
      try change(gallery, "UPDATE gallery SET changes = -1")
      #expect(try gallery.identify(unit(0), options: .init(acceptance: .distance(0.1))).person?.name == "Ada")
    }
  }

  @Test func aGalleryThatWasDeletedIsNotWrittenTo() throws {
    try withGallery { gallery in
      let ada = try gallery.enrol("Ada", templates: [Template(unit(0))])
      _ = try gallery.identify(unit(0))
      for suffix in ["", "-wal", "-shm"] { #expect(unlink(gallery.path + suffix) == 0) }
      for error in [
        failure { try gallery.enrol("Bob") }, failure { _ = try gallery.identify(unit(0)) },
        failure { _ = try gallery.person(ada) }, failure { try gallery.compact() },
      ] { #expect(error?.status == .inputOutput && error!.message.contains("deleted or replaced")) }
      _ = try Gallery(creating: gallery.path, model: testModel())
      #expect(failure { _ = try gallery.people() }?.status == .inputOutput)
    }
  }

  @Test func anIndexIsNamedOnce() throws {
    try withGallery { gallery in
      try gallery.enrol("Ada", templates: [Template(unit(0))])
      try gallery.saveIndex()
      let bytes = try File.read(gallery.indexPath)
      for position in stride(from: 0, to: bytes.count, by: 7) {
        var damaged = bytes
        damaged[position] ^= 1
        try File.write(damaged, to: gallery.indexPath)
        for fault in try gallery.check() {
          #expect(fault.split(separator: gallery.indexPath, omittingEmptySubsequences: false).count == 2, "\(fault)")
        }
      }
    }
  }
}
