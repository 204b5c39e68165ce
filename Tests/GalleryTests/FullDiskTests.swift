import Core
import Glibc
import Testing

@testable import Gallery

/// A file system of a few pages in memory. Only root may mount one.
enum SmallDisk {
  static let isPossible = (try? with { _ in }) != nil

  static func with(_ body: (String) throws -> Void) throws {
    try withFolder { folder in
      guard mount("tmpfs", folder, "tmpfs", 0, "size=1m,mode=700") == 0 else {
        throw FacenetError(.unsupported, "cannot mount a tmpfs: \(String(cString: strerror(errno)))")
      }
      defer { umount2(folder, Int32(MNT_DETACH)) }
      try body(folder)
    }
  }

  static func enlarge(_ folder: String) -> Bool { mount("tmpfs", folder, "tmpfs", UInt(MS_REMOUNT), "size=4m") == 0 }
}

@Suite(.enabled(if: SmallDisk.isPossible, "mounting a small disk needs root")) struct FullDiskTests {
  private func full(_ error: any Error) -> Bool {
    (error as? FacenetError)?.status == .inputOutput
  }

  @Test func afterAFullDiskAllIsThereThatWasAcknowledged() throws {
    try SmallDisk.with { folder in
      let gallery = try Gallery(creating: folder + "/gallery.db", model: testModel())
      let thumbnail = try picture(bytes: 9000)
      var acknowledged: [Int64] = []
      #expect(
        performing: {
          while acknowledged.count < 1000 {
            acknowledged.append(
              try gallery.enrol("Person", templates: [Template(unit(acknowledged.count % 8), thumbnail: thumbnail)]))
          }
        }, throws: full)
      #expect(!acknowledged.isEmpty && acknowledged.count < 100)
      #expect(try gallery.people().map(\.id) == acknowledged)
      #expect(try gallery.check() == [])
      let again = try Gallery(path: gallery.path)
      #expect(try again.people().map(\.id) == acknowledged)
      try #require(SmallDisk.enlarge(folder))
      #expect(throws: Never.self) { try gallery.enrol("One more", templates: [Template(unit(0))]) }
      try gallery.remove(people: acknowledged)
      #expect(try again.people().map(\.name) == ["One more"])
      #expect(try again.check() == [])
    }
  }

  @Test func anIndexThatFindsNoRoomLeavesTheGalleryAsItWas() throws {
    try SmallDisk.with { folder in
      let gallery = try Gallery(creating: folder + "/gallery.db", model: testModel())
      try gallery.enrol("Ada", templates: [Template(unit(0))])
      try gallery.saveIndex()
      let before = try File.read(gallery.indexPath)
      _ = try gallery.enrol("Bob", templates: [Template(unit(1))])
      let rest = open(folder + "/rest", O_WRONLY | O_CREAT, 0o600)
      let page = [UInt8](repeating: 1, count: 4096)
      while write(rest, page, page.count) == page.count {}
      close(rest)
      #expect(performing: { try gallery.saveIndex() }, throws: full)
      #expect(try File.read(gallery.indexPath) == before)
      #expect(try filesBeside(gallery.path).allSatisfy { !$0.hasSuffix(".partial") })
      #expect(try gallery.identify(unit(1), options: .init(acceptance: .distance(0.1))).person?.name == "Bob")
    }
  }

  /// SQLite would put a copy of all templates where the system keeps temporary files.
  @Test func compactingNeedsNoFolderForTemporaryFiles() throws {
    try SmallDisk.with { small in
      try withGallery { gallery in
        let thumbnail = try picture(bytes: 1 << 20)
        for axis in 0..<8 { try gallery.enrol("Person", templates: [Template(unit(axis), thumbnail: thumbnail)]) }
        let connection = try Connection(path: gallery.path, wait: 0)
        try connection.run("PRAGMA temp_store_directory = '\(small)'")
        defer { try? connection.run("PRAGMA temp_store_directory = ''") }
        try gallery.compact()
        #expect(try gallery.check() == [])
      }
    }
  }
}
