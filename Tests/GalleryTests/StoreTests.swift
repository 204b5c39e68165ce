import Core
import Testing

@testable import Gallery

@Suite struct StoreTests {
  private func made(_ store: MemoryStore) throws -> Gallery {
    try Gallery(creating: store.location, model: testModel())
  }

  @Test func aGalleryInAStoreIsLikeOneInAFile() throws {
    let store = MemoryStore()
    let gallery = try made(store)
    let other = try Gallery(path: store.location)
    let ada = try gallery.enrol("Ada", key: "a", facts: "{\"x\":1}", templates: [Template(unit(0)), Template(unit(1))])
    let bob = try other.enrol("Bob", key: "b", templates: [Template(unit(2), thumbnail: try picture(bytes: 200))])
    #expect(try gallery.people().map(\.name) == ["Ada", "Bob"])
    #expect(try gallery.people() == other.people() && gallery.templates(of: bob) == other.templates(of: bob))
    #expect(try gallery.identify(unit(2)).candidates.first?.person.name == "Bob")
    #expect(try other.identify(unit(1)).candidates.first?.person.name == "Ada")
    try other.rename(ada, to: "Augusta")
    try gallery.setFacts("{}", of: ada)
    #expect(try gallery.person(ada)?.name == "Augusta" && other.person(ada)?.facts == "{}")
    #expect(try gallery.check() == [] && other.statistics().templates == 3)
    try withFolder { folder in
      try other.export(to: folder)
      let copy = MemoryStore()
      #expect(try made(copy).importPeople(from: folder) == 2)
      #expect(try Gallery(path: copy.location).people().map(\.key) == ["a", "b"])
    }
    try gallery.remove(people: [ada])
    #expect(try other.identify(unit(0)).candidates.map(\.person.name) == ["Bob"])
    #expect(try Gallery(path: store.location).count() == other.count())
    try other.compact()
    #expect(try gallery.count() == (1, 1))
    #expect(try gallery.identify(unit(2)).candidates.first?.person.name == "Bob")
    #expect(gallery.path == store.location && gallery.indexPath.isEmpty && !gallery.isReadOnly)
  }

  @Test func peopleChangeKeysWithOneAnother() throws {
    let store = MemoryStore()
    let (gallery, other) = (try made(store), try { try Gallery(path: store.location) }())
    let (ada, bob) = (try gallery.enrol("Ada", key: "a"), try gallery.enrol("Bob", key: "b"))
    #expect(try other.count().people == 2)
    try gallery.setKey(nil, of: ada)
    try gallery.setKey("a", of: bob)
    try gallery.setKey("b", of: ada)
    for _ in 0..<8 {
      #expect(try Gallery(path: store.location).people().map(\.key) == ["b", "a"])
    }
    #expect(try other.people().map(\.key) == ["b", "a"])
  }

  @Test func numbersAreNeverGivenAgain() throws {
    let store = MemoryStore()
    let gallery = try made(store)
    let last = try gallery.enrol("Ada", templates: [Template(unit(0))])
    try gallery.remove(people: [last])
    #expect(try Gallery(path: store.location).enrol("Bob") == last + 1)
  }

  @Test func whoIsSecondWritesAgain() throws {
    let store = MemoryStore()
    let (gallery, other) = (try made(store), try { try Gallery(path: store.location) }())
    store.state.withLock { $0.interruption = { _ = try? other.enrol("Bob", key: "b", templates: [Template(unit(1))]) } }
    let ada = try gallery.enrol("Ada", templates: [Template(unit(0))])
    #expect(try gallery.people().map(\.name) == ["Bob", "Ada"] && other.people().last?.id == ada)
    store.state.withLock { $0.interruption = { _ = try? other.enrol("Cleo", key: "c") } }
    #expect(throws: FacenetError.self) { try gallery.enrol("Carla", key: "c") }
    #expect(try gallery.people().map(\.name) == ["Bob", "Ada", "Cleo"])
    try withFolder { folder in
      try gallery.export(to: folder)
      let copy = MemoryStore()
      let (one, two) = (try made(copy), try { try Gallery(path: copy.location) }())
      copy.state.withLock { $0.interruption = { _ = try? two.enrol("Dan") } }
      #expect(try one.importPeople(from: folder) == 3)
      #expect(try two.count() == (4, 2))
    }
  }

  @Test func manyWriteAtOnceAndNothingIsLost() async throws {
    let store = MemoryStore()
    let first = try made(store)
    try await withThrowingTaskGroup { group in
      for writer in 0..<4 {
        group.addTask {
          let gallery = try Gallery(path: store.location)
          for round in 0..<25 { try gallery.enrol("\(writer) \(round)", templates: [Template(unit(writer))]) }
        }
      }
      try await group.waitForAll()
    }
    #expect(try first.count() == (100, 100))
    #expect(try first.check() == [])
  }

  @Test func aFailureChangesNothing() throws {
    let store = MemoryStore()
    let gallery = try made(store)
    try gallery.enrol("Ada")
    store.state.withLock { $0.failure = FacenetError(.inputOutput, "the connection is lost") }
    #expect(throws: FacenetError(.inputOutput, "the connection is lost")) { try gallery.enrol("Bob") }
    #expect(throws: FacenetError(.inputOutput, "the connection is lost")) { try gallery.people() }
    store.state.withLock { $0.failure = nil }
    #expect(try gallery.people().map(\.name) == ["Ada"])
  }

  @Test func readingAsksOnlyWhereSomethingWasCommitted() throws {
    let store = MemoryStore()
    let (gallery, other) = (try made(store), try { try Gallery(path: store.location) }())
    try gallery.enrol("Ada")
    _ = try other.people()
    let reads = store.state.withLock { $0.reads }
    for _ in 0..<10 { _ = try (gallery.people(), other.people()) }
    #expect(store.state.withLock { $0.reads } == reads)
  }

  @Test func anOlderCopyThatIsPutBackIsReadAnew() throws {
    let store = MemoryStore()
    let gallery = try made(store)
    try gallery.enrol("Ada", templates: [Template(unit(0))])
    let copy = store.state.withLock { $0 }
    try gallery.enrol("Bob", templates: [Template(unit(1))])
    let other = try Gallery(path: store.location)
    #expect(try other.identify(unit(1)).candidates.first?.person.name == "Bob")
    store.state.withLock { $0 = copy }
    #expect(try gallery.people().map(\.name) == ["Ada"])
    for axis in 2..<5 { try gallery.enrol("\(axis)", templates: [Template(unit(axis))]) }
    #expect(try other.people().map(\.name) == ["Ada", "2", "3", "4"])
    #expect(try other.identify(unit(2)).candidates.first?.person.name == "2")
  }

  @Test func creationIsWholeOrNotAtAll() throws {
    let store = MemoryStore()
    store.state.withLock { $0.interruption = { _ = try? Gallery(creating: store.location, model: testModel()) } }
    let error = #expect(throws: FacenetError.self) { try made(store) }
    #expect(error?.message == "\(store.location) exists already")
    #expect(try Gallery(path: store.location).count() == (0, 0))
    let empty = MemoryStore()
    #expect(throws: FacenetError.self) { try Gallery(path: empty.location) }
  }

  @Test func aPathWithAColonIsAPath() throws {
    try withFolder { folder in
      _ = try Gallery(creating: folder + "/memory:1", model: testModel())
      #expect(try filesBeside(folder + "/x") == [folder + "/memory:1"])
    }
  }

  @Test func passwordsAreNotShown() {
    for (location, shown) in [
      ("postgres://ada:se:cr@et@host/db", "postgres://ada:***@host/db"),
      ("postgres://ada@host/db?gallery=x", "postgres://ada@host/db?gallery=x"),
      ("postgres://host:5432/a@b", "postgres://host:5432/a@b"),
      ("x:///db?password=secret&a=b", "x:///db?password=***&a=b"),
    ] { #expect(Gallery.shown(location) == shown) }
  }
}
