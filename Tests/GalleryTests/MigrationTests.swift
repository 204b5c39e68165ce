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

  /// What `enrol --aligned` keeps: the crop's own file is the photograph, and no face was looked for.
  @Test func alignedCropsAreEmbeddedAgain() throws {
    let (faceNet, dlib) = (try Samples.embedder("facenet"), try Samples.embedder("dlib"))
    try withFolder { folder in
      let templates = try Samples.templates(faceNet).enumerated().map { position, template in
        let (crop, path) = (template.thumbnail!, "\(folder)/\(position).png")
        try File.write(crop, to: path)
        return Template(template.embedding, photo: path, digest: SHA256.digest(crop))
      }
      let gallery = try enrolled(folder + "/gallery.db", templates)
      #expect { try gallery.migrate(to: dlib) } throws: {
        "\($0)".contains("of Barack") && "\($0)".contains("aligned crop") && "\($0)".contains("160x160")
      }
      try expectMigrated(try gallery.migrate(to: faceNet), faceNet, templates)
    }
  }

  @Test func thumbnailsAreOfTheNewCrops() throws {
    let (faceNet, dlib) = (try Samples.embedder("facenet"), try Samples.embedder("dlib"))
    try withFolder { folder in
      let gallery = try enrolled(folder + "/gallery.db", try Samples.templates(faceNet))
      let migrated = try gallery.migrate(to: dlib)
      let templates = try migrated.people().flatMap { try migrated.templates(of: $0.id) }
      #expect(templates.count == 4)
      for template in templates {
        let crop = try Bitmap(decoding: try #require(template.thumbnail))
        #expect(crop.width == dlib.side && crop.height == dlib.side)
        let again = try dlib.embed([crop])[0]
        #expect(try dlib.distance(again, template.embedding) < 0.1 * dlib.threshold)
      }
      // Photographs are not needed once more.
      try migrated.write { connection throws(FacenetError) in try connection.run("UPDATE templates SET photo = NULL") }
      #expect(try migrated.migrate(to: dlib).count() == (2, 4))
    }
  }

  /// Some batches: others read meanwhile, cannot write, and find it as it was where it was stopped.
  @Test func aMigrationThatIsStoppedChangesNothing() throws {
    let embedder = try Samples.embedder("dlib")
    let templates = try Samples.templates(embedder)
    try withFolder { folder in
      let gallery = try enrolled(folder + "/gallery.db", templates)
      let many = (0..<36).map { Template(unit($0 % 4, dimension: 4), thumbnail: templates[$0 % 4].thumbnail) }
      try gallery.add(many, to: 1)
      let reader = try Gallery(path: gallery.path, options: GalleryOptions(wait: 0))
      let seen = Lock<[Int]>([])
      func migrate(stop: Int) throws -> Gallery {
        seen.withLock { $0 = [] }
        return try Progress.watch { fraction in
          let count = (try? reader.count().templates) ?? 0
          let isRefused = fraction == 1 || (try? reader.enrol("Eve")) == nil
          return seen.withLock { seen in
            seen.append(isRefused ? count : -1)
            return seen.count < stop
          }
        } _: { () throws(FacenetError) in
          try gallery.migrate(to: embedder)
        }
      }
      #expect { try migrate(stop: 3) } throws: { ($0 as? FacenetError)?.status == .cancelled }
      #expect(seen.withLock { $0 } == [40, 40, 40])
      #expect(try gallery.count() == (2, 40) && gallery.model.name == "old" && gallery.check() == [])
      let migrated = try migrate(stop: .max)
      #expect(seen.withLock { $0.dropLast().allSatisfy { $0 == 40 } && $0.count > 3 })
      #expect(try migrated.count() == (2, 40) && migrated.check() == [])
      let found = try migrated.templates(of: 1).dropFirst(3).map(\.embedding)
      #expect(found == (0..<36).map { templates[$0 % 4].embedding })
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
