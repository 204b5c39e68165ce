import Core
import Testing

@testable import Gallery

/// Whom an enrolment means, and that it is done whole or not at all.
@Suite struct EnrolleeTests {
  private let photograph = [UInt8](repeating: 1, count: 32)

  @Test func aPhotographIsEnrolledOnce() throws {
    try withGallery { gallery in
      let ann = Enrollee(name: "Ann")
      let template = Template(unit(0), digest: photograph)
      #expect(try !gallery.has(photograph, ann))
      let first = try gallery.enrol(ann, templates: [template, template, Template(unit(1))])
      #expect(first.added == 2)
      #expect(try gallery.has(photograph, ann))
      #expect(try gallery.enrol(ann, templates: [template]) == (first.person, 0))
      #expect(try gallery.enrol(Enrollee(name: "Bob"), templates: [template]).added == 1)
    }
  }

  @Test func factsAndTemplatesComeTogether() throws {
    try withGallery { gallery in
      let person = try gallery.enrol(Enrollee(name: "Ann", facts: "[1]"), templates: [Template(unit(0))]).person
      for refused in [
        (Enrollee(name: "Ann", facts: "[2]"), Template(unit(1), quality: 2)),
        (Enrollee(name: "Ann", facts: "["), Template(unit(1))),
      ] { #expect(throws: FacenetError.self) { try gallery.enrol(refused.0, templates: [refused.1]) } }
      #expect(try gallery.person(person)?.facts == "[1]")
      #expect(try gallery.enrol(Enrollee(name: "Ann", facts: "[3]"), templates: []) == (person, 0))
      #expect(try gallery.person(person)?.facts == "[3]")
      #expect { try gallery.enrol(Enrollee(name: "Bob", facts: "[3]"), templates: []) } throws: {
        ($0 as? FacenetError)?.status == .notFound
      }
      #expect(try gallery.count() == (1, 1))
    }
  }

  @Test func whatIsReplacedIsInNoFile() throws {
    try withGallery { gallery in
      _ = try gallery.enrol(Enrollee(name: "Ann", facts: "\"oldnote\""), templates: [Template(unit(0))])
      #expect(try found(Array("oldnote".utf8), beside: gallery.path))
      _ = try gallery.enrol(Enrollee(name: "Ann", facts: "\"newnote\""), templates: [Template(unit(1))])
      #expect(try !found(Array("oldnote".utf8), beside: gallery.path))
    }
  }
}
