import Core
import Glibc
import Testing

@testable import Gallery

/// Not in the module of libc.
@_silgen_name("setfsuid") @discardableResult private func setfsuid(_ user: UInt32) -> Int32

/// The thread becomes somebody else as far as files go.
private enum User: UInt32 {
  case root = 0
  case nobody = 65534

  static let canChange = geteuid() == 0

  func does<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let before = setfsuid(rawValue)
    defer { setfsuid(UInt32(before)) }
    return try body()
  }
}

/// Who may read a gallery but not write to it has all of it but the changes.
@Suite(.enabled(if: User.canChange, "taking rights away from oneself needs root")) struct ReadOnlyTests {
  private let near = IdentificationOptions(acceptance: .distance(0.1))

  /// A gallery of Ada, closed, that others may read: as it was left, or with a saved index.
  private func withReadable(hasIndex: Bool = false, _ body: (_ path: String, _ folder: String) throws -> Void) throws {
    try withFolder { folder in
      chmod(folder, 0o755)
      // What means something in a URI is in the name too.
      let path = folder + "/Ada? 100%#1.db"
      do {
        let gallery = try Gallery(creating: path, model: testModel())
        try gallery.enrol("Ada", key: "a", templates: [Template(unit(0))])
        if hasIndex { try gallery.saveIndex() }
      }
      for file in try filesBeside(path) { chmod(file, 0o644) }
      try body(path, folder)
    }
  }

  private func expectAllButChanges(_ path: String, _ exports: String) throws {
    let gallery = try Gallery(path: path)
    #expect(gallery.isReadOnly)
    #expect(try gallery.identify(unit(0), options: near).person?.name == "Ada")
    #expect(try gallery.people().map(\.name) == ["Ada"])
    #expect(try gallery.templates(of: 1).map(\.embedding) == [unit(0)])
    #expect(try gallery.statistics().people == 1)
    #expect(try gallery.check() == [])
    try gallery.export(to: exports)
    let changes: [() throws -> Void] = [
      { try gallery.enrol("Bob") }, { try gallery.rename(1, to: "Eve") }, { try gallery.remove(people: [1]) },
      { try gallery.compact() }, { try gallery.saveIndex() },
    ]
    for change in changes {
      #expect { try change() } throws: {
        ($0 as? FacenetError)?.status == .inputOutput && "\($0)".contains("this process may only read it")
      }
    }
  }

  private func withExports(_ body: (String) throws -> Void) throws {
    try withFolder { folder in
      chown(folder, User.nobody.rawValue, User.nobody.rawValue)
      try body(folder)
    }
  }

  @Test(arguments: [true, false]) func aFileOfSomebodyElse(hasIndex: Bool) throws {
    try withReadable(hasIndex: hasIndex) { path, folder in
      let before = try filesBeside(path).sorted()
      try withExports { exports in try User.nobody.does { try expectAllButChanges(path, exports) } }
      #expect(try filesBeside(path).sorted() == before)
    }
  }

  @Test func aFileThatMayBeWrittenInAFolderThatMayNot() throws {
    try withReadable { path, folder in
      chmod(path, 0o666)
      try withExports { exports in try User.nobody.does { try expectAllButChanges(path, exports) } }
    }
  }

  @Test func aFileThatMayNotBeWrittenInAFolderThatMay() throws {
    try withReadable { path, folder in
      chmod(folder, 0o777)
      try withExports { exports in try User.nobody.does { try expectAllButChanges(path, exports) } }
      // A log of the reader's would keep the owner from writing.
      #expect(try filesBeside(path) == [path])
    }
  }

  @Test func aFileThatMayNotBeReadIsRefused() throws {
    try withReadable { path, folder in
      chmod(path, 0o600)
      User.nobody.does { #expect(throws: FacenetError.self) { try Gallery(path: path) } }
    }
  }

  @Test func aFileThatItsOwnerHasOpenIsFollowed() throws {
    try withReadable { path, folder in
      let owner = try Gallery(path: path)
      try owner.enrol("Bob", templates: [Template(unit(1))])
      try User.nobody.does {
        let gallery = try Gallery(path: path)
        #expect(gallery.isReadOnly)
        #expect(try gallery.identify(unit(1), options: near).person?.name == "Bob")
        try User.root.does { try owner.remove(people: [2]) }
        #expect(try gallery.identify(unit(1), options: near).verdict == .unknown)
      }
    }
  }

  @Test func aFileThatItsOwnerOpensLaterIsFollowed() throws {
    try withReadable { path, folder in
      try User.nobody.does {
        let gallery = try Gallery(path: path)
        #expect(try gallery.identify(unit(1), options: near).verdict == .unknown)
        var owner: Gallery? = try User.root.does { try Gallery(path: path) }
        try User.root.does { _ = try owner?.enrol("Bob", templates: [Template(unit(1))]) }
        #expect(try gallery.identify(unit(1), options: near).person?.name == "Bob")
        try User.root.does {
          try owner?.rename(2, to: "Rob")
          owner = nil
        }
        #expect(try gallery.identify(unit(1), options: near).person?.name == "Rob")
        #expect(gallery.isReadOnly)
        #expect(throws: FacenetError.self) { try gallery.remove(people: [2]) }
      }
    }
  }

  @Test func aFileThatWasWrittenToBetweenTwoCallsIsReadAnew() throws {
    try withReadable { path, folder in
      try User.nobody.does {
        let gallery = try Gallery(path: path)
        #expect(try gallery.count() == (1, 1))
        _ = try User.root.does { try Gallery(path: path).enrol("Bob", templates: [Template(unit(1))]) }
        #expect(try gallery.count() == (2, 2))
        #expect(try gallery.identify(unit(1), options: near).person?.name == "Bob")
      }
    }
  }

  @Test func aFileThatIsWrittenToWhileItIsReadIsToldOf() throws {
    try withReadable { path, folder in
      try User.nobody.does {
        let gallery = try Gallery(path: path)
        #expect {
          try gallery.read { connection throws(FacenetError) in
            _ = try User.root.does { () throws(FacenetError) in try Gallery(path: path).enrol("Bob") }
          }
        } throws: { "\($0)".contains("written to while it was read") }
        #expect(try gallery.count().people == 2)
      }
    }
  }

  @Test func aLogThatAProcessLeftNeedsAWriter() throws {
    try withReadable { path, folder in
      let owner = try Gallery(path: path)
      try owner.enrol("Bob", templates: [Template(unit(1))])
      try withFolder { other in
        chmod(other, 0o755)
        for suffix in ["", "-wal"] { try File.write(try File.read(path + suffix), to: "\(other)/g.db\(suffix)") }
        User.nobody.does {
          #expect { try Gallery(path: other + "/g.db") } throws: { "\($0)".contains("a process that ended left") }
        }
        // With the log's index, be it not written to, SQLite can read the log.
        try File.write(try File.read(path + "-shm"), to: "\(other)/g.db-shm")
        try User.nobody.does {
          let gallery = try Gallery(path: other + "/g.db")
          #expect(try gallery.identify(unit(1), options: near).person?.name == "Bob")
        }
        #expect(try Gallery(path: other + "/g.db").count().people == 2)
      }
    }
  }

  @Test func aDamagedIndexIsMadeAgainInMemory() throws {
    try withReadable(hasIndex: true) { path, folder in
      let index = path + ".index"
      var bytes = try File.read(index)
      let vector = TemplateEncoding.float32.encode(unit(0))
      bytes[try #require(bytes.indices.first { bytes[$0...].starts(with: vector) })] ^= 1
      try File.write(bytes, to: index)
      try User.nobody.does {
        let gallery = try Gallery(path: path)
        #expect(try gallery.identify(unit(0), options: near).person?.name == "Ada")
      }
      #expect(try File.read(index) == bytes)
    }
  }

  @Test(.enabled(if: SmallDisk.isPossible, "nothing can be mounted here")) func aFileSystemThatMayOnlyBeRead() throws {
    try withReadable(hasIndex: true) { path, folder in
      try #require(mount(folder, folder, nil, UInt(MS_BIND), nil) == 0)
      defer { umount2(folder, Int32(MNT_DETACH)) }
      try #require(mount(nil, folder, nil, UInt(MS_BIND | MS_REMOUNT | MS_RDONLY), nil) == 0)
      try withFolder { exports in try expectAllButChanges(path, exports) }
    }
  }

  @Test func anEarlierSchemaIsRefused() throws {
    try withReadable { path, folder in
      try Connection(path: path, wait: 0).run("PRAGMA user_version = 1")
      User.nobody.does {
        #expect { try Gallery(path: path) } throws: { ($0 as? FacenetError)?.status == .unsupported }
      }
    }
  }
}
