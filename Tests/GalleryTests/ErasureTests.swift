import Core
import Glibc
import Testing

@testable import Gallery

/// What was taken out of a gallery is in none of its files, also where a process ended before it was through.
@Suite struct ErasureTests {
  /// As `kill -9` between the commit of a change and the emptying of the log leaves it.
  private func afterKill(
    _ change: (Gallery, Int64) throws -> Void, _ body: (_ path: String, _ traces: [[UInt8]]) throws -> Void
  ) throws {
    try withGallery { gallery in
      try gallery.enrol("Kept", templates: [Template(unit(0))])
      let gone = (0..<8).map { Float($0 + 1) / Float(204).squareRoot() }
      let person = try gallery.enrol("Goneperson", key: "gonekey", templates: [Template(gone)])
      let reader = try Connection(path: gallery.path, wait: 0)
      try reader.snapshot { () throws(FacenetError) in
        _ = try reader.integer("SELECT count(*) FROM people")
        let hasty = try Gallery(path: gallery.path, options: GalleryOptions(wait: 0))
        let held = Result { try change(hasty, person) }
        #expect { try held.get() } throws: {
          ($0 as? FacenetError)?.status == .inputOutput && "\($0)".contains("the change is made")
        }
      }
      try withFolder { folder in
        for suffix in ["", "-wal"] {
          try File.write(try File.read(gallery.path + suffix), to: "\(folder)/gallery.db\(suffix)")
        }
        try body("\(folder)/gallery.db", [TemplateEncoding.float32.encode(gone), Array("Goneperson".utf8)])
      }
    }
  }

  @Test func whatAKilledProcessRemovedIsErasedByTheNextToOpen() throws {
    try afterKill({ try $0.remove(people: [$1]) }) { path, traces in
      for trace in traces { #expect(try found(trace, beside: path)) }
      let gallery = try Gallery(path: path)
      for trace in traces { #expect(try !found(trace, beside: path)) }
      #expect(try gallery.people().map(\.name) == ["Kept"])
      #expect(try gallery.check() == [])
    }
  }

  @Test func anOldNameIsErasedByTheNextToOpen() throws {
    try afterKill({ try $0.rename($1, to: "Otherperson") }) { path, traces in
      #expect(try found(traces[1], beside: path))
      let gallery = try Gallery(path: path)
      #expect(try !found(traces[1], beside: path))
      #expect(try gallery.people().map(\.name) == ["Kept", "Otherperson"])
    }
  }

  @Test func whileAnotherReadsTheGalleryOpensNevertheless() throws {
    try afterKill({ try $0.remove(people: [$1]) }) { path, traces in
      let reader = try Connection(path: path, wait: 0)
      try reader.snapshot { () throws(FacenetError) in
        _ = try reader.integer("SELECT count(*) FROM people")
        let gallery = try Gallery(path: path, options: GalleryOptions(wait: 0))
        #expect(try gallery.count().people == 1)
      }
      _ = try Gallery(path: path)
      for trace in traces { #expect(try !found(trace, beside: path)) }
    }
  }

  @Test func whatIsErasedIsNotedOnce() throws {
    try withGallery { gallery in
      let connection = try Connection(path: gallery.path, wait: 1000)
      func unerased() throws -> Int64? { try connection.integer("SELECT unerased FROM gallery") }
      let person = try gallery.enrol("Ada", templates: [Template(unit(0))])
      #expect(try unerased() == 0)
      try gallery.remove(people: [person])
      #expect(try unerased() == 0)
    }
  }
}
