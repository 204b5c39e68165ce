import Core
import Faces
import Imaging
import TestSupport
import Testing

@testable import Gallery

/// The photographs of the demonstration and two embedders.
private enum Samples {
  static let names = ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"]
  static let arePresent =
    ["retinaface", "facenet", "dlib"].allSatisfy { TestFiles.model($0) != nil }
    && names.allSatisfy { TestFiles.sample($0) != nil }

  static func embedder(_ name: String) throws -> Embedder { try Embedder(try #require(TestFiles.model(name))) }

  /// One template a photograph, with all that a gallery keeps.
  static func templates(_ embedder: Embedder) throws -> [Template] {
    let detector = try Detector(try #require(TestFiles.model("retinaface")))
    return try names.map { name in
      let path = try #require(TestFiles.sample(name))
      let bytes = try File.read(path)
      let image = try Bitmap(decoding: bytes)
      let face = try #require(try detector.detect(image).first)
      let crop = try embedder.align(image, face)
      return Template(
        try embedder.embed([crop])[0], photo: path, digest: SHA256.digest(bytes), face: face,
        thumbnail: try crop.withView { (view) throws(FacenetError) in try view.encodedPNG() })
    }
  }
}

@Suite(.enabled(if: Samples.arePresent, "models or samples not present")) struct MigrationTests {
  /// A gallery of a model of four numbers, with the faces that `embedder` has cut.
  private func enrolled(_ path: String, _ templates: [Template]) throws -> Gallery {
    let old = try GalleryModel(name: "old", fingerprint: "0123", dimension: 4)
    let gallery = try Gallery(creating: path, model: old)
    let old4 = templates.enumerated().map { position, template in
      var template = template
      template.embedding = unit(position, dimension: 4)
      return template
    }
    try gallery.enrol("Barack", key: "44", templates: Array(old4[..<3]))
    try gallery.enrol("Joe", templates: [old4[3]])
    return gallery
  }

  private func expectMigrated(_ gallery: Gallery, _ embedder: Embedder, _ expected: [Template]) throws {
    #expect(gallery.model.fingerprint == embedder.fingerprint && gallery.model.dimension == embedder.dimension)
    let found = try gallery.people().flatMap { try gallery.templates(of: $0.id) }
    #expect(found.map(\.embedding) == expected.map(\.embedding))
    #expect(found.map(\.thumbnail) == expected.map(\.thumbnail))
    #expect(try gallery.person(key: "44")?.templates == 3)
    let known = try gallery.identify(expected[3].embedding, options: .init(acceptance: .model))
    #expect(known.person?.name == "Joe")
    #expect(try gallery.check() == [])
  }

  @Test func facesAreEmbeddedAgainFromThumbnails() throws {
    let embedder = try Samples.embedder("facenet")
    let templates = try Samples.templates(embedder).map { template in
      var template = template
      template.photo = "/absent/photograph.jpg"
      return template
    }
    try withFolder { folder in
      let gallery = try enrolled(folder + "/gallery.db", templates)
      let migrated = try gallery.migrate(to: embedder)
      try expectMigrated(migrated, embedder, templates)
      #expect(throws: FacenetError.self) { try gallery.enrol("Eve", templates: [Template(unit(0, dimension: 4))]) }
      #expect { try gallery.identify(unit(0, dimension: 4)) } throws: { "\($0)".contains("migrated to another model") }
      try migrated.check(embedder)
    }
  }

  @Test func facesAreEmbeddedAgainFromPhotographs() throws {
    let embedder = try Samples.embedder("dlib")
    let templates = try Samples.templates(embedder).map { template in
      var template = template
      template.thumbnail = nil
      return template
    }
    try withFolder { folder in
      let migrated = try enrolled(folder + "/gallery.db", templates).migrate(to: embedder)
      try expectMigrated(migrated, embedder, templates)
    }
  }

  @Test func nothingIsChangedWhereAFaceIsLost() throws {
    let (faceNet, dlib) = (try Samples.embedder("facenet"), try Samples.embedder("dlib"))
    var templates = try Samples.templates(faceNet)
    templates[3].digest = [UInt8](repeating: 0, count: 32)
    try withFolder { folder in
      let gallery = try enrolled(folder + "/gallery.db", templates)
      #expect { try gallery.migrate(to: dlib) } throws: { "\($0)".contains("Joe") && "\($0)".contains("160x160") }
      #expect(try gallery.count() == (2, 4))
      #expect(try gallery.identify(unit(3, dimension: 4), options: .init(acceptance: .model)).person?.name == "Joe")
    }
  }

  @Test func anotherModelIsRefusedByName() throws {
    let (faceNet, dlib) = (try Samples.embedder("facenet"), try Samples.embedder("dlib"))
    try withFolder { folder in
      let gallery = try Gallery(creating: folder + "/gallery.db", model: GalleryModel(faceNet))
      try gallery.check(faceNet)
      #expect { try gallery.check(dlib) } throws: {
        "\($0)".contains("is for the model \(faceNet.name)") && "\($0)".contains("not for \(dlib.name)")
      }
    }
  }

  /// The paper stores a byte a dimension without loss of accuracy (section 5.2).
  @Test(arguments: ["facenet", "dlib"]) func aByteADimensionKeepsDistances(model: String) throws {
    let embedder = try Samples.embedder(model)
    let embeddings = try Samples.templates(embedder).map(\.embedding)
    try withFolder { folder in
      let galleries = try TemplateEncoding.allCases.map { encoding in
        let gallery = try Gallery(
          creating: "\(folder)/\(encoding.rawValue).db", model: GalleryModel(embedder), encoding: encoding)
        for (position, embedding) in embeddings.enumerated() {
          try gallery.enrol("Photograph \(position)", templates: [Template(embedding)])
        }
        return gallery
      }
      let options = IdentificationOptions(acceptance: .model)
      for probe in embeddings {
        let (exact, coded) = (
          try galleries[0].identify(probe, options: options), try galleries[1].identify(probe, options: options)
        )
        #expect(exact.candidates.map(\.person.name) == coded.candidates.map(\.person.name))
        for (a, b) in zip(exact.candidates, coded.candidates) {
          #expect(abs(a.distance - b.distance) < 0.02 * embedder.threshold)
        }
      }
    }
  }
}
