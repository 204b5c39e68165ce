import Core
import Faces
import Foundation
import Graph
import Imaging
import ONNX
import Synchronization
import TestSupport
import Testing

@Suite struct PipelineTests {
  private static let photographs = ["Family1-Dad1", "Family1-Mom1", "Family1-Son1", "Family2-Lady1"].map {
    "photos/azure_face/\($0).jpg"
  }

  @Test(.enabled(if: Photographs.isPresent && TestModels.hasPipeline, "data or model not present"))
  func verifiesPairsOfPhotographs() throws {
    let pipeline = try TestModels.pipeline()
    var embedded: [String: EmbeddedFace] = [:]
    var wrong: [String] = []
    let rows = try Photographs.table("photos/pairs.csv")
    for file in Set(rows.flatMap { $0.prefix(2) }) {
      let face = try pipeline.largestFace(in: Photographs.bitmap("photos/" + file))
      embedded[file] = try #require(face, "\(file)")
    }
    for row in rows {
      let verdict = try pipeline.verify(try #require(embedded[row[0]]), try #require(embedded[row[1]]))
      if verdict.isSame != (row[2] == "1") { wrong.append("\(row[0]) \(row[1]) \(verdict.distance)") }
    }
    print("pairs.csv: \(rows.count - wrong.count) of \(rows.count) right; wrong: \(wrong.sorted())")
    #expect(rows.count == 315)
    #expect(wrong.count <= 3)
  }

  /// The landmarks of a detector with a variance of 0 all lie on their anchor's centre.
  @Test(.enabled(if: TestFiles.sample("obama.jpg") != nil && TestModels.hasPipeline, "photograph or model not present"))
  func aFaceThatCannotBeAlignedIsLeftOut() throws {
    let retinaFace = try Model(path: TestModels.installed("retinaface"))
    let metadata = retinaFace.metadata.merging(["facenet.detector.variances": "0,0.2"]) { $1 }
    let blind = try Detector(
      ModelFile(Model(graph: retinaFace.graph, metadata: metadata, name: "blind.onnx")), options: DetectorOptions())
    let pipeline = FacePipeline(detector: blind, embedder: try TestModels.faceNet())
    let bitmap = try Bitmap(path: #require(TestFiles.sample("obama.jpg")))
    #expect(try !blind.detect(bitmap).isEmpty)
    #expect(try pipeline.faces(in: bitmap).isEmpty)
    #expect(throws: FacenetError.self) { try pipeline.largestFace(in: bitmap) }
  }

  @Test(.enabled(if: Photographs.isPresent && TestModels.hasPipeline, "data or model not present"))
  func everyOrientationIsTheSameFace() throws {
    let pipeline = try TestModels.pipeline()
    let upright = try #require(
      try pipeline.largestFace(in: Photographs.bitmap("photos/exif/lady_orientation_1.jpg")))
    for orientation in 2...8 {
      let turned = try #require(
        try pipeline.largestFace(in: Photographs.bitmap("photos/exif/lady_orientation_\(orientation).jpg")))
      for (a, b) in zip(upright.face.landmarks, turned.face.landmarks) {
        #expect(hypot(a.x - b.x, a.y - b.y) < 1, "orientation \(orientation)")
      }
      #expect(try pipeline.verify(upright, turned).distance < 0.01, "orientation \(orientation)")
    }
  }

  @Test(.enabled(if: Photographs.isPresent && TestModels.hasPipeline, "data or model not present"))
  func unusualAndBrokenFilesEndInFacesOrAnError() throws {
    let pipeline = try TestModels.pipeline()
    for row in try Photographs.table("photos/bad/expected.csv") {
      let path = try Photographs.path("photos/bad/" + row[0])
      do throws(FacenetError) {
        let faces = try pipeline.faces(in: Bitmap(path: path))
        #expect(row[1] != "no", "\(row[0])")
        if row[1] == "yes" {
          #expect(row[5].isEmpty || faces.count == Int(row[5]), "\(row[0]): \(faces.count) faces")
        }
        #expect(faces.allSatisfy { $0.embedding.count == 512 && $0.embedding.allSatisfy(\.isFinite) })
      } catch {
        let mayBeRefused = row[1] != "yes" || ["webp", "bmp", "gif"].contains(row[2])
        #expect(mayBeRefused, "\(error)")
        #expect(error.message.contains(row[0]), "\(error)")
      }
    }
  }

  @Test(.enabled(if: Photographs.isPresent && TestModels.hasPipeline, "data or model not present"))
  func saysWhichPictureShowsNoFace() throws {
    let pipeline = try TestModels.pipeline()
    let face = try Photographs.bitmap(Self.photographs[0])
    let leaf = try Photographs.bitmap("photos/bad/bilevel.png")
    #expect(throws: FacenetError(.notFound, "no face was found in the first picture (64x64 pixels)")) {
      try pipeline.verify(leaf, face)
    }
    #expect(throws: FacenetError(.notFound, "no face was found in the second picture (64x64 pixels)")) {
      try pipeline.verify(face, leaf)
    }
    #expect(try pipeline.verify(face, face).distance < 1e-6)
    #expect(try pipeline.verify(face, Photographs.bitmap(Self.photographs[1]), threshold: 4).isSame)
  }

  @Test(.enabled(if: Photographs.isPresent && TestModels.hasPipeline, "data or model not present"))
  func everyPixelFormatGivesTheSameFaces() throws {
    let pipeline = try TestModels.pipeline()
    let picture = try Photographs.bitmap(Self.photographs[3])
    let expected = try pipeline.faces(in: picture)
    #expect(expected.count == 1)
    for format in [PixelFormat.bgr8, .rgba8, .bgra8] {
      let step = format.bytesPerPixel
      var bytes = [UInt8](repeating: 77, count: picture.width * picture.height * step)
      let places = format == .rgba8 ? [0, 1, 2] : [2, 1, 0]
      picture.withView { view in
        for y in 0..<view.height {
          for x in 0..<view.width {
            for channel in 0..<3 {
              bytes[(y * view.width + x) * step + places[channel]] = view.pixels[y * view.stride + 3 * x + channel]
            }
          }
        }
      }
      let faces = try bytes.withUnsafeBufferPointer {
        try pipeline.faces(
          in: ImageView(
            pixels: $0.baseAddress!, width: picture.width, height: picture.height, stride: picture.width * step,
            format: format))
      }
      #expect(faces == expected, "\(format)")
    }
  }

  @Test(.enabled(if: Photographs.isPresent && TestModels.hasPipeline, "data or model not present"))
  func eightThreadsShareOnePipeline() throws {
    let pipeline = try TestModels.pipeline()
    let pictures = try Self.photographs.map(Photographs.bitmap)
    let expected = try pictures.map { try pipeline.faces(in: $0) }
    let mismatches = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      for index in pictures.indices {
        let picture = (index + thread) % pictures.count
        let faces = try? pipeline.faces(in: pictures[picture])
        if faces != expected[picture] { mismatches.withLock { $0.append("thread \(thread), picture \(picture)") } }
      }
    }
    #expect(mismatches.withLock { $0 } == [])
  }

  @Test(.enabled(if: Photographs.isPresent && TestModels.hasPipeline, "data or model not present"))
  func batchesGiveWhatSingleCropsGive() throws {
    let embedder = try TestModels.faceNet()
    var crops: [Bitmap] = []
    for name in Self.photographs {
      let picture = try Photographs.bitmap(name)
      let face = try #require(try TestModels.retinaFace().detect(picture).first)
      crops.append(try embedder.align(picture, face))
    }
    let several = (0..<7).map { crops[$0 % crops.count] }
    let together = try embedder.embed(several)
    #expect(together.count == 7)
    for (crop, embedding) in zip(several, together) {
      let alone = try embedder.embed([crop])[0]
      #expect(zip(alone, embedding).allSatisfy { abs($0 - $1) < 1e-5 })
      #expect(abs(embedding.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
    }
    #expect(try embedder.embed([Bitmap]()).isEmpty)
    let small = try Bitmap(width: 10, height: 160, rgb: [UInt8](repeating: 9, count: 4800))
    #expect(throws: FacenetError(.invalidArgument, "crop 1 is 10x160 pixels, facenet takes 160x160")) {
      try embedder.embed([crops[0], small])
    }
  }

  @Test(.enabled(if: Photographs.isPresent && TestModels.hasRetinaFace, "data or model not present"))
  func aFileIsSearchedAsItsPictureIs() throws {
    let detector = try TestModels.retinaFace()
    let path = try Photographs.path("photos/face_recognition/examples/biden.jpg")
    let picture = try Bitmap(path: path)
    let (reduced, whole) = (try detector.detect(path: path), try detector.detect(picture))
    #expect(reduced.width == picture.width && reduced.height == picture.height)
    try #require(reduced.faces.count == whole.count)
    for (a, b) in zip(reduced.faces, whole) {
      for (p, q) in zip(a.landmarks, b.landmarks) { #expect(hypot(p.x - q.x, p.y - q.y) < 0.03 * b.width) }
    }
  }
}
