import Core
import Glibc
import Testing

@testable import Gallery

/// Exports and what comes back of them.
@Suite struct ExchangeTests {
  @Test func whatIsExportedComesBack() throws {
    try withFolder { folder in
      let gallery = try Gallery(creating: folder + "/gallery.db", model: testModel())
      try gallery.enrol("Nobody")
      let template = Template(
        unit(1), photo: "a \"photo\".jpg", digest: [UInt8](repeating: 5, count: 32), time: 17, quality: 0.5,
        thumbnail: try picture(bytes: 1000))
      try gallery.enrol("Ada", key: "a", facts: #"{"born":1815}"#, templates: [Template(unit(0)), template])
      let copy = try withFolder { exported in
        try gallery.export(to: exported)
        let copy = try Gallery(creating: folder + "/copy.db", model: testModel())
        #expect(try copy.importPeople(from: exported) == 2)
        #expect(throws: FacenetError.self) { try copy.importPeople(from: exported) }
        return copy
      }
      let ada = try #require(try copy.person(key: "a"))
      #expect(ada.name == "Ada" && ada.facts == #"{"born":1815}"# && ada.templates == 2)
      var back = try copy.templates(of: ada.id)[1]
      (back.id, back.person) = (0, 0)
      #expect(back == template)
      #expect(try copy.count().people == 2)
    }
  }

  @Test func whoIsThereIsNotAddedAgain() throws {
    try withFolder { folder in
      let gallery = try Gallery(creating: folder + "/gallery.db", model: testModel())
      try gallery.enrol("Ann", templates: [Template(unit(0))])
      try gallery.enrol("Ann", templates: [Template(unit(1))])
      let copy = try Gallery(creating: folder + "/copy.db", model: testModel())
      try withFolder { exported in
        try gallery.export(to: exported)
        #expect(try copy.importPeople(from: exported) == 2)
        for (original, added) in zip(try gallery.people(), try copy.people()) {
          #expect(abs(original.created - added.created) < 1e-4)
        }
        for target in [gallery, copy] {
          #expect { try target.importPeople(from: exported) } throws: {
            ($0 as? FacenetError)?.status == .invalidArgument && "\($0)".contains("Ann was enrolled")
          }
          #expect(try target.count() == (2, 2))
        }
      }
    }
  }

  @Test func aZeroByteIsRefusedWhereverItWouldEndAText() throws {
    try withFolder { folder in
      let gallery = try Gallery(creating: folder + "/gallery.db", model: testModel())
      try gallery.export(to: folder + "/exported")
      defer {
        for file in (try? filesBeside(folder + "/exported/x")) ?? [] { unlink(file) }
        rmdir(folder + "/exported")
      }
      func adding(_ line: String) throws {
        try File.write(Array(line.utf8), to: folder + "/exported/people.jsonl")
        try gallery.importPeople(from: folder + "/exported")
      }
      for line in [#"{"name": "a\u0000b"}"#, #"{"name": "a\\\u0000b"}"#, #"{"name": "a", "key": "b\u0000"}"#] {
        #expect { try adding(line) } throws: {
          ($0 as? FacenetError)?.status == .invalidArgument && "\($0)".contains("line 1 of")
        }
      }
      #expect(try gallery.count().people == 0)
      try adding(#"{"name": "a\\u0000b", "facts": {"note": "\u0000"}, "created": 5}"#)
      let person = try #require(try gallery.people().first)
      #expect(person.name == #"a\u0000b"# && person.facts == #"{"note":"\u0000"}"# && person.created == 5)
      #expect(throws: FacenetError.self) { try gallery.enrol("Ann", templates: [Template(unit(0), photo: "a\0b")]) }
    }
  }
}
