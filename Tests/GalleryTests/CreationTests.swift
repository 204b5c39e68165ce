import Core
import Dispatch
import Glibc
import Synchronization
import Testing

@testable import Gallery

@Suite struct CreationTests {
  /// Whoever is killed at any moment leaves a gallery or nothing of its name.
  @Test func aGalleryIsThereWholeOrNotAtAll() throws {
    try withFolder { (folder: String) throws in
      let isDone = Atomic(false)
      let halves = Atomic(0)
      let paths = (0..<40).map { "\(folder)/\($0).db" }
      DispatchQueue.concurrentPerform(iterations: 2) { task in
        if task == 0 {
          for path in paths { _ = try? Gallery(creating: path, model: testModel()) }
          isDone.store(true, ordering: .releasing)
        } else {
          while !isDone.load(ordering: .acquiring) {
            for path in paths {
              var information = stat()
              if stat(path, &information) == 0, information.st_size < 16_384 { halves.add(1, ordering: .relaxed) }
            }
          }
        }
      }
      #expect(halves.load(ordering: .relaxed) == 0)
      for path in paths { #expect(try Gallery(path: path).check() == []) }
      #expect(try filesBeside(paths[0]).allSatisfy { !$0.contains(".partial") })
    }
  }

  @Test(arguments: ["", "-wal", "-journal"]) func nothingThatIsThereIsTouched(suffix: String) throws {
    try withFolder { folder in
      let path = folder + "/gallery.db"
      try File.write([1, 2, 3], to: path + suffix)
      #expect { try Gallery(creating: path, model: testModel()) } throws: {
        ($0 as? FacenetError)?.message == "\(path + suffix) exists already"
      }
      #expect(try File.read(path + suffix) == [1, 2, 3])
      #expect(try filesBeside(path) == [path + suffix])
    }
  }

  @Test func aFolderThatIsNotThereIsNotFound() throws {
    #expect { try Gallery(creating: "/absent/folder/gallery.db", model: testModel()) } throws: {
      ($0 as? FacenetError)?.status == .notFound && "\($0)".contains("/absent/folder/gallery.db:")
    }
  }

  @Test func theLogIsKeptWhateverWasSet() throws {
    try withFolder { folder in
      let path = folder + "/gallery.db"
      _ = try Gallery(creating: path, model: testModel())
      let connection = try Connection(path: path, wait: 1000)
      #expect(try connection.text("PRAGMA journal_mode = DELETE") == "delete")
      _ = try Gallery(path: path)
      #expect(try Connection(path: path, wait: 0).text("PRAGMA journal_mode") == "wal")
    }
  }
}
