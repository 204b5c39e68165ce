import CSQLite
import Core
import Glibc
import Testing

@testable import Gallery

/// An older copy of the database that is put back and written on has its own history: numbers of people, of changes, and
/// where the clock was wrong of templates too, are given once more.
@Suite struct RestoredCopyTests {
  private let near = IdentificationOptions(acceptance: .distance(0.1))

  /// Copies a database with SQLite's backup, into one that others may have open.
  private func copy(_ source: String, to target: String) throws {
    var (from, to): (OpaquePointer?, OpaquePointer?)
    defer {
      sqlite3_close_v2(from)
      sqlite3_close_v2(to)
    }
    try #require(sqlite3_open(source, &from) == SQLITE_OK && sqlite3_open(target, &to) == SQLITE_OK)
    sqlite3_busy_timeout(to, 5000)
    let backup = try #require(sqlite3_backup_init(to, "main", from, "main"))
    #expect(sqlite3_backup_step(backup, -1) == SQLITE_DONE)
    #expect(sqlite3_backup_finish(backup) == SQLITE_OK)
  }

  /// A gallery that knew Ada, under which a copy from before her was put back, in which Bob has her numbers.
  private func withBobInAdasPlace(_ body: (Gallery) throws -> Void) throws {
    try withGallery { gallery in
      try gallery.enrol("Kim", templates: [Template(unit(7))])
      try gallery.write { connection throws(FacenetError) in
        try connection.run("UPDATE sqlite_sequence SET seq = seq + 1000000000000 WHERE name = 'templates'")
      }
      try copy(gallery.path, to: gallery.path + ".copy")
      let ada = try gallery.enrol("Ada", templates: [Template(unit(0))])
      try gallery.saveIndex()
      #expect(try gallery.identify(unit(0), options: near).person?.name == "Ada")
      let index = try File.read(gallery.indexPath)
      try copy(gallery.path + ".copy", to: gallery.path)
      let other = try Gallery(path: gallery.path)
      #expect(try other.enrol("Bob", templates: [Template(unit(1))]) == ada)
      try File.write(index, to: gallery.indexPath)
      try body(gallery)
    }
  }

  @Test(arguments: [0, 1, 2]) func anOpenGalleryTakesNobodyForWhoHasTheirNumber(later: Int) throws {
    try withBobInAdasPlace { gallery in
      for _ in 0..<later { try Gallery(path: gallery.path).enrol("Somebody") }
      let (lost, found) = (try gallery.identify(unit(0), options: near), try gallery.identify(unit(1), options: near))
      #expect(lost.verdict == .unknown && found.person?.name == "Bob")
    }
  }

  @Test func whoIsFarBehindReadsAllAnew() throws {
    try withGallery { gallery in
      try gallery.enrol("Ada", templates: [Template(unit(0))])
      let version = try gallery.current().version
      let other = try Gallery(path: gallery.path)
      try other.write { connection throws(FacenetError) in
        for _ in 0..<5000 {
          try connection.run("UPDATE gallery SET changes = changes + 1")
          try Versions(connection: connection).mark()
        }
      }
      try other.enrol("Bob", templates: [Template(unit(1))])
      let isKnown = try gallery.read { connection throws(FacenetError) in
        #expect(try connection.integer("SELECT count(*) FROM versions") == 4096)
        return try Versions(connection: connection).contain(version)
      }
      #expect(!isKnown)
      #expect(try gallery.identify(unit(1), options: near).person?.name == "Bob")
    }
  }

  @Test func aSavedIndexOfAnotherHistoryIsMadeAgain() throws {
    try withBobInAdasPlace { gallery in
      let opened = try Gallery(path: gallery.path)
      #expect(try opened.identify(unit(0), options: near).verdict == .unknown)
      #expect(try opened.identify(unit(1), options: near).person?.name == "Bob")
    }
  }

  @Test func aFileOfTheSameNameIsNotTheOneThatWasOpened() throws {
    try withGallery { gallery in
      try gallery.enrol("Ada", templates: [Template(unit(0))])
      try copy(gallery.path, to: gallery.path + ".copy")
      _ = try gallery.identify(unit(0))
      #expect(rename(gallery.path + ".copy", gallery.path) == 0)
      #expect { try gallery.identify(unit(0)) } throws: { "\($0)".contains("deleted or replaced") }
      #expect { try gallery.enrol("Bob") } throws: { "\($0)".contains("deleted or replaced") }
    }
  }

  @Test func anotherGalleryInItsPlaceIsNotRead() throws {
    try withGallery { gallery in
      try gallery.enrol("Ada", templates: [Template(unit(0))])
      let stranger = try Gallery(creating: gallery.path + ".other", model: testModel(), encoding: .byte)
      try stranger.enrol("Eve", templates: [Template(unit(0))])
      try copy(stranger.path, to: gallery.path)
      #expect { try gallery.identify(unit(0)) } throws: { "\($0)".contains("another gallery") }
      #expect(try Gallery(path: gallery.path).identify(unit(0), options: near).person?.name == "Eve")
    }
  }
}
