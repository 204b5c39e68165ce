import Core
import Faces
import Glibc
import Imaging
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

  /// What a gallery takes comes back of its export: the largest and the deepest too, and templates of a byte a number.
  @Test(arguments: TemplateEncoding.allCases) func whatAGalleryTakesIsImported(encoding: TemplateEncoding) throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    try withGallery(encoding: encoding) { gallery in
      #expect(throws: FacenetError.self) { try gallery.enrol("Deepest", facts: nested(2000)) }
      let name = String(repeating: "\"\\", count: 500)
      let embedding = (0..<8).map { Float($0 + 1) / Float(204).squareRoot() }
      let template = Template(
        embedding, photo: String(repeating: "\u{1}é", count: 1300), digest: [UInt8](repeating: 255, count: 32),
        face: try Face(
          left: -1.25, top: 1e-20, right: 3e30, bottom: 7, score: 0.1,
          landmarks: [Point](repeating: Point(x: 1, y: 2), count: 5)),
        time: -1e12, quality: 0.1, thumbnail: try picture(bytes: 4 << 20))
      let numbers = try [
        gallery.enrol(name, key: name, facts: nested(1999), templates: [template, Template(unit(1))]),
        gallery.enrol("Second", facts: "\"\\ud800\"", templates: [Template(unit(2))]),
        gallery.enrol("Third", facts: "null"),
      ]
      try withFolder { exported in
        try gallery.export(to: exported)
        let copy = try Gallery(creating: gallery.path + ".copy", model: testModel(), encoding: encoding)
        #expect(try copy.importPeople(from: exported) == 3)
        for number in numbers {
          #expect(try copy.person(number)?.facts == gallery.person(number)?.facts)
          #expect(try copy.person(number)?.name == gallery.person(number)?.name)
          func bare(_ gallery: Gallery) throws -> [Template] {
            try gallery.templates(of: number).map {
              Template(
                $0.embedding, photo: $0.photo, digest: $0.digest, face: $0.face, time: $0.time.rounded(),
                quality: $0.quality,
                thumbnail: $0.thumbnail)
            }
          }
          #expect(try bare(copy) == bare(gallery))
        }
        #expect(try copy.check() == [])
      }
    }
  }

  /// The sentence names the file and its line, and says nothing against the gallery.
  @Test(arguments: [
    (#"["name"]"#, "no JSON object"), (#"{"name": "a""#, "no JSON object"), (#"{"key": "a"}"#, "without a name"),
    (#"{"name": 5}"#, "name is of the JSON type integer, expected text"),
    (#"{"name": "\ud800"}"#, "name has half of a surrogate pair"),
    (#"{"name": "a", "key": true}"#, "key is of the JSON type true"),
    (#"{"name": "a", "created": "now"}"#, "created is of the JSON type text, expected integer or real"),
    (#"{"name": "a", "templates": {}}"#, "templates is of the JSON type object, expected array"),
    (#"{"name": "a", "templates": "b"}"#, "templates is of the JSON type text, expected array"),
    (#"{"name": "a", "templates": ["b"]}"#, "a template is of the JSON type text, expected object"),
    (#"{"name": "a", "templates": [[]]}"#, "a template is of the JSON type array, expected object"),
    (#"{"name": "a", "templates": [{"photo": 5}]}"#, "photo is of the JSON type integer"),
    (#"{"name": "a", "templates": [{"digest": "0g"}]}"#, "digest, '0g', is not made of pairs of hexadecimal digits"),
    (#"{"name": "a", "templates": [{"thumbnail": "00ff"}]}"#, "(a thumbnail)"),
    (#"{"name": "a", "templates": [{"face": "00"}]}"#, "60 bytes, got 1"),
    (#"{"name": "a", "templates": [{"time": "0"}]}"#, "time is of the JSON type text"),
    (#"{"name": "a", "templates": [{"quality": []}]}"#, "quality is of the JSON type array"),
  ])
  func aLineThatIsNoPersonIsNamed(line: String, words: String) throws {
    try withGallery { gallery in
      try withFolder { exported in
        try gallery.enrol("Ada", templates: [Template(unit(0))])
        try gallery.export(to: exported)
        let path = "\(exported)/people.jsonl"
        try File.write(Array("{\"name\": \"First\"}\n\(line)\n".utf8), to: path)
        #expect { try gallery.importPeople(from: exported) } throws: {
          let message = ($0 as? FacenetError)?.message ?? ""
          return message.contains(words) && message.hasSuffix("(line 2 of \(path))") && !message.contains(gallery.path)
        }
        try File.write([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], to: path)
        #expect { try gallery.importPeople(from: exported) } throws: {
          "\($0)".contains("no JSON object in UTF-8 (line 1 of")
        }
        #expect(try gallery.count() == (1, 1))
      }
    }
  }

  @Test func linesAreReadInParts() throws {
    try withFolder { folder in
      let path = folder + "/lines"
      let lines = [0, 1, 1 << 20, (1 << 20) - 1, 3 << 20, 0, 5].map { [UInt8](repeating: 65, count: $0) }
      for end in [[], [UInt8(ascii: "\n")]] {
        try File.write(Array(lines.joined(separator: [UInt8(ascii: "\n")])) + end, to: path)
        var file = try LineFile(path: path, longest: 4 << 20)
        for line in lines { #expect(try file.next() == line) }
        #expect(try file.next() == nil && file.number == lines.count && file.share == 1)
      }
      var file = try LineFile(path: path, longest: 1 << 20)
      for _ in 0..<4 { _ = try file.next() }
      #expect { try file.next() } throws: { "\($0)".contains("line 5 of \(path) has more than 1048576 bytes") }
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
