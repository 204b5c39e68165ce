import Core
import Glibc
import Search
import Testing

@testable import Gallery

/// The index follows the database, and is taken from its file only where it is what is wanted.
@Suite struct IndexTests {
  private func vector(_ generator: inout some RandomNumberGenerator) -> [Float] {
    let numbers = (0..<8).map { _ in Float.random(in: -1...1, using: &generator) }
    let length = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return numbers.map { $0 / length }
  }

  @Test func aSavedIndexOfOtherOptionsIsMadeAgain() throws {
    try withGallery { gallery in
      for axis in 0..<8 { try gallery.enrol("Person", templates: [Template(unit(axis))]) }
      try gallery.saveIndex()
      let templates = try gallery.people().flatMap { try gallery.templates(of: $0.id) }.map(\.id)
      func kept(_ change: (inout IndexOptions) -> Void) throws -> Int {
        var options = gallery.cache.options
        change(&options)
        let cache = IndexCache(path: gallery.indexPath, dimension: 8, options: options)
        return try gallery.read { connection throws(FacenetError) in
          try cache.index(of: templates, in: connection)?.count ?? 0
        }
      }
      #expect(try kept { _ in } == 8)
      #expect(try kept { $0.threads = 2 } == 8)
      #expect(try kept { $0.recall = 0.5 } == 0)
      #expect(try kept { $0.seed += 1 } == 0)
      #expect(try kept { $0.pivots = 5 } == 0)
      #expect(try kept { $0.pivotChoice = .random } == 0)
      #expect(try kept { $0.kind = .flat } == 0)
    }
  }

  @Test func whatIsKnownIsNotReadAgain() throws {
    try withGallery { gallery in
      let (ada, bob) = (try gallery.enrol("Ada", templates: [Template(unit(0))]), try gallery.enrol("Bob"))
      let template = try gallery.templates(of: ada)[0].id
      #expect(try gallery.current().owners == [template: ada])
      try Connection(path: gallery.path, wait: 1000).run("UPDATE templates SET person = ?", [.integer(bob)])
      try gallery.enrol("Eve", templates: [Template(unit(1))])
      #expect(try gallery.current().owners.count == 2)
      #expect(try gallery.current().owners[template] == ada)
    }
  }

  @Test func asManyRemovedAsAddedAreSeen() throws {
    try withGallery { gallery in
      let other = try Gallery(path: gallery.path)
      let ada = try gallery.enrol("Ada", templates: [Template(unit(0))])
      try gallery.enrol("Bob", templates: [Template(unit(1))])
      _ = try gallery.current()
      try other.remove(people: [ada])
      let eve = try other.enrol("Eve", templates: [Template(unit(2))])
      #expect(try Set(gallery.current().owners.values) == [eve, eve - 1])
      #expect(try gallery.identify(unit(0)).candidates.map(\.person.name) == ["Bob", "Eve"])
    }
  }

  /// Pivots are made of templates: what was learnt of somebody goes with them.
  @Test func compactingLeavesNothingThatWasLearntOfTheRemoved() throws {
    try withFolder { folder in
      let path = folder + "/gallery.db"
      let options = GalleryOptions(index: IndexOptions(kind: .mlann, pivots: 4, pivotChoice: .farthestFirst))
      let gallery = try Gallery(creating: path, model: testModel(), options: options)
      var generator = SystemRandomNumberGenerator()
      let people = try (0..<200).map { try gallery.enrol("Person \($0)", templates: [Template(vector(&generator))]) }
      _ = try gallery.identify(unit(0))
      try gallery.remove(people: Array(people[..<100]))
      try gallery.compact()
      let compacted = try File.read(gallery.indexPath)
      #expect(unlink(gallery.indexPath) == 0)
      try Gallery(path: path, options: options).saveIndex()
      #expect(try File.read(gallery.indexPath) == compacted)
    }
  }
}
