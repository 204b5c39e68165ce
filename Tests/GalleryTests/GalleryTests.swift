import Core
import Testing

@testable import Gallery

@Suite struct GalleryTests {
  @Test func whoIsEnrolledIsFoundAgain() throws {
    try withGallery { gallery in
      let ada = try gallery.enrol("Ada", key: "a-1", facts: #"{"born": 1815}"#, templates: [Template(unit(0))])
      let bob = try gallery.enrol("Bob'); DROP TABLE people; --", templates: [Template(unit(1)), Template(unit(2))])
      let counted = try gallery.count()
      #expect(counted.people == 2 && counted.templates == 3)
      #expect(try gallery.people().map(\.id) == [ada, bob])
      #expect(try gallery.person(key: "a-1")?.facts == #"{"born": 1815}"#)
      #expect(try gallery.templates(of: bob).map(\.embedding) == [unit(1), unit(2)])
      let known = try gallery.identify(unit(2), options: IdentificationOptions(acceptance: .distance(0.5)))
      #expect(known.verdict == .known && known.person?.id == bob)
      let unknown = try gallery.identify(unit(5), options: IdentificationOptions(acceptance: .distance(0.5)))
      #expect(unknown.verdict == .unknown && unknown.candidates.count == 2)
      try gallery.remove(people: [bob])
      #expect(try gallery.identify(unit(2)).verdict == .unknown)
      #expect(try gallery.people().map(\.name) == ["Ada"])
    }
  }

  @Test func twoAlikeAreAmbiguous() throws {
    try withGallery { gallery in
      try gallery.enrol("Ada", templates: [Template(unit(0))])
      try gallery.enrol("Eve", templates: [Template(unit(0))])
      #expect(try gallery.identify(unit(0), options: .init(acceptance: .distance(0.5))).verdict == .ambiguous)
    }
  }

  @Test func badInputIsRefusedAndNothingIsLost() throws {
    try withGallery { gallery in
      try gallery.enrol("Ada", key: "a", templates: [Template(unit(0))])
      var nan = unit(1)
      nan[3] = .nan
      for bad in [nan, [Float](repeating: 0, count: 8), [1], unit(1).map { 2 * $0 }] {
        #expect(throws: FacenetError.self) { try gallery.enrol("Bad", templates: [Template(unit(2)), Template(bad)]) }
        #expect(throws: FacenetError.self) { try gallery.identify(bad) }
      }
      for name in ["", "a\nb", "a\0b", String(repeating: "x", count: 10_000)] {
        #expect(throws: FacenetError.self) { try gallery.enrol(name) }
      }
      #expect(throws: FacenetError.self) { try gallery.enrol("Bad", key: "a") }
      #expect(throws: FacenetError.self) { try gallery.enrol("Bad", facts: "{") }
      #expect(throws: FacenetError.self) { try gallery.remove(people: [1, 99]) }
      let counted = try gallery.count()
      #expect(counted.people == 1 && counted.templates == 1)
    }
  }

  @Test func whatWasRemovedIsNowhere() throws {
    for encoding in TemplateEncoding.allCases {
      try withGallery(encoding: encoding) { gallery in
        let kept = (0..<8).map { Float($0 + 1) / Float(204).squareRoot() }
        let gone = Array(kept.reversed())
        try gallery.enrol("Keptperson", templates: [Template(kept)])
        let person = try gallery.enrol(
          "Goneperson", key: "gonekey",
          templates: [Template(gone, photo: "gonephoto", thumbnail: Array("gonepixels".utf8))])
        try gallery.saveIndex()
        let traces =
          [encoding.encode(gone), TemplateEncoding.float32.encode(try gallery.templates(of: person)[0].embedding)]
          + ["Goneperson", "gonekey", "gonephoto", "gonepixels"].map { Array($0.utf8) }
        #expect(try traces.allSatisfy { try found($0, beside: gallery.path) })
        try gallery.remove(people: [person])
        try gallery.saveIndex()
        for trace in traces { #expect(try !found(trace, beside: gallery.path)) }
        #expect(try found(Array("Keptperson".utf8), beside: gallery.path))
        #expect(try found(encoding.encode(kept), beside: gallery.path))
      }
    }
  }

  @Test func everyFileIsItsOwnersAlone() throws {
    try withGallery { gallery in
      try gallery.enrol("Ada", templates: [Template(unit(0))])
      try gallery.saveIndex()
      let files = try filesBeside(gallery.path)
      #expect(files.count == 4)
      for file in files { #expect(try mode(of: file) == 0o600) }
    }
  }

  @Test func anotherConnectionsChangesAreSeen() throws {
    try withGallery { gallery in
      let other = try Gallery(path: gallery.path)
      let ada = try other.enrol("Ada", templates: [Template(unit(0))])
      #expect(try gallery.identify(unit(0), options: .init(acceptance: .distance(0.1))).person?.id == ada)
      try other.remove(people: [ada])
      #expect(try gallery.identify(unit(0)).verdict == .unknown)
    }
  }

  @Test func aDamagedIndexIsMadeAgain() throws {
    try withGallery { gallery in
      try gallery.enrol("Ada", templates: [Template(unit(0))])
      try File.write([UInt8](repeating: 7, count: 5000), to: gallery.indexPath)
      let again = try Gallery(path: gallery.path)
      #expect(try again.identify(unit(0), options: .init(acceptance: .distance(0.1))).verdict == .known)
    }
  }
}
