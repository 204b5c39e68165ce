import Core
import Foundation
import Imaging
import TestSupport
import Testing

@testable import Faces

/// Our answers beside those of public tools; Tests/Golden holds them and the scripts that made them.
@Suite struct GoldenTests {
  @Test(.enabled(if: canEmbed(TestFiles.model("facenet")), "data or model not present"))
  func embeddingsOfFaceNet() throws { try compare("facenet", TestFiles.model("facenet")) }

  @Test(.enabled(if: canEmbed(TestFiles.model("dlib")), "data or model not present"))
  func embeddingsOfDlib() throws { try compare("dlib", TestFiles.model("dlib")) }

  @Test(.enabled(if: canEmbed(TestFiles.model("edgeface-s")), "data or model not present"))
  func embeddingsOfEdgeFace() throws { try compare("edgeface-s", TestFiles.model("edgeface-s")) }

  @Test(.enabled(if: canEmbed(mobileFaceNet), "data or model not present"))
  func embeddingsOfMobileFaceNet() throws {
    let normalization = Normalization(
      order: .rgb, mean: [0.485, 0.456, 0.406].map { 255 * $0 }, scale: [0.229, 0.224, 0.225].map { 1 / (255 * $0) })
    try compare("mobilefacenet", Self.mobileFaceNet, normalization)
  }

  @Test(.enabled(if: canEmbed(mobileFaceNetY1), "data or model not present"))
  func embeddingsOfMobileFaceNetY1() throws {
    let normalization = Normalization(order: .rgb, mean: [0, 0, 0], scale: [1, 1, 1])
    try compare("mobilefacenet_y1", Self.mobileFaceNetY1, normalization)
  }

  private static let mobileFaceNet = SharedData.path("models/mobilefacenet/MobileFaceNet.onnx")
  private static let mobileFaceNetY1 = SharedData.path("models/mobilefacenet_y1/mobilefacenet_y1.onnx")

  private static func canEmbed(_ path: String?) -> Bool { path != nil && Photographs.hasCrops }

  /// Our embeddings of the listed crops are those that ONNX Runtime computed.
  private func compare(_ name: String, _ path: String?, _ normalization: Normalization? = nil) throws {
    let golden = try NumPyFile(path: #require(TestFiles.golden("embeddings/\(name).npy")))
    let embedder = try Embedder(#require(path), options: EmbedderOptions(normalization: normalization))
    #expect(embedder.dimension == golden.columns)
    let crops = try goldenCrops(side: embedder.side)
    #expect(crops.count == golden.rows && crops.count >= 20)
    let embeddings = try embedder.embed(crops)
    for (index, embedding) in embeddings.enumerated() {
      let length = embedder.metric == .euclidean ? 1 : norm(golden.row(index))
      let expected = golden.row(index).map { Double($0) / length }
      let error = zip(embedding, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
      let dot = zip(embedding, expected).reduce(0) { $0 + Double($1.0) * $1.1 }
      #expect(error <= 1e-4, "crop \(index)")
      #expect(dot / (norm(embedding) * norm(expected)) >= 0.99999, "crop \(index)")
    }
  }

  /// The middle of each listed crop.
  private func goldenCrops(side: Int) throws -> [Bitmap] {
    let table = try String(contentsOfFile: #require(TestFiles.golden("embeddings/crops.csv")), encoding: .utf8)
    return try table.split(separator: "\n").dropFirst().map { line in
      let crop = try Photographs.bitmap("val160/" + line.prefix { $0 != "," })
      let start = (crop.width - side) / 2
      return try crop.withView {
        try Bitmap(copying: $0.cropped(x: start, y: start, width: side, height: side))
      }
    }
  }

  private func norm(_ values: [some BinaryFloatingPoint]) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  /// Rows of a table of faces by photograph; numbers from column `start` on are left, top, right, bottom, score, x0...
  private func faces(_ table: String, from start: Int) throws -> [String: [Face]] {
    let text = try String(contentsOfFile: #require(TestFiles.golden(table)), encoding: .utf8)
    var faces: [String: [Face]] = [:]
    for line in text.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",").map(String.init)
      let numbers = fields.dropFirst(start).map { Float($0) ?? .nan }
      let landmarks = stride(from: 5, to: 15, by: 2).map { Point(numbers[$0], numbers[$0 + 1]) }
      let box = Box(numbers[0], numbers[1], numbers[2], numbers[3])
      faces[fields[0], default: []].append(Face(trusted: box, score: numbers[4], landmarks: landmarks))
    }
    return faces
  }

  private func largestShift(_ a: [Point], _ b: [Point]) -> Float {
    zip(a, b).map { hypot($0.x - $1.x, $0.y - $1.y) }.max() ?? .infinity
  }

  @Test(
    .enabled(
      if: Photographs.isPresent && Photographs.hasLFW && TestModels.hasRetinaFace
        && TestFiles.golden("retinaface.csv") != nil, "data or model not present"))
  func retinaFaceEqualsAPlainDecoder() throws {
    let golden = try faces("retinaface.csv", from: 3)
    let list = try String(contentsOfFile: #require(TestFiles.golden("retinaface.txt")), encoding: .utf8)
    let file = try ModelFile(TestModels.installed("retinaface"))
    let search = try #require(file.search(DetectorOptions()) as? SingleShotSearch)
    for name in list.split(whereSeparator: \.isWhitespace).map(String.init) {
      // As they are stored: the goldens' reader does not turn pictures.
      let options = DecodeOptions(appliesOrientation: false)
      let picture = try Bitmap(path: Photographs.path(name), options: options)
      let found = try picture.withView { try search.faces(in: $0, factor: 1) }
      let expected = golden[name] ?? []
      #expect(found.count == expected.count, "\(name)")
      for (face, wanted) in zip(found, expected) {
        let corners = [Point(face.left, face.top), Point(face.right, face.bottom)]
        let wantedCorners = [Point(wanted.left, wanted.top), Point(wanted.right, wanted.bottom)]
        #expect(largestShift(corners, wantedCorners) <= 0.5, "\(name)")
        #expect(largestShift(face.landmarks, wanted.landmarks) <= 0.5, "\(name)")
      }
    }
  }

  static let hasMTCNN = TestFiles.model("mtcnn") != nil && TestFiles.golden("mtcnn.csv") != nil

  @Test(.enabled(if: hasMTCNN && TestFiles.sample("obama.jpg") != nil, "model or sample photographs not installed"))
  func mtcnnEqualsFacenetPyTorchOnTheSamples() throws {
    let names = try faces("mtcnn.csv", from: 1).keys.filter { $0.hasPrefix("samples/") }
    try #require(names.count >= 5)
    try compareMTCNN(names) { TestFiles.sample(String($0.dropFirst("samples/".count))) }
  }

  @Test(.enabled(if: hasMTCNN && Photographs.isPresent, "data or model not present"))
  func mtcnnEqualsFacenetPyTorchOnPhotographs() throws {
    let list = try String(contentsOfFile: #require(TestFiles.golden("mtcnn.txt")), encoding: .utf8)
    let names = list.split(whereSeparator: \.isWhitespace).map { "photos/" + $0 }
    try #require(names.count >= 20)
    try compareMTCNN(names) { SharedData.path("data/" + $0) }
  }

  private func compareMTCNN(_ names: [String], path: (String) -> String?) throws {
    let detector = try Detector(TestModels.installed("mtcnn"), options: DetectorOptions(minimumSize: 20))
    let golden = try faces("mtcnn.csv", from: 1)
    for name in names.sorted() {
      // As they are stored: the goldens' reader does not turn pictures.
      let picture = try Bitmap(path: #require(path(name)), options: DecodeOptions(appliesOrientation: false))
      let found = try detector.detect(picture)
      let expected = golden[name] ?? []
      #expect(found.count == expected.count, "\(name)")
      for wanted in expected {
        let best = try #require(found.max { $0.box.overlap(wanted.box) < $1.box.overlap(wanted.box) })
        #expect(best.box.overlap(wanted.box) >= 0.99, "\(name) \(wanted.box)")
        #expect(largestShift(best.landmarks, wanted.landmarks) <= 0.5, "\(name) \(wanted.box)")
        #expect(abs(best.score - wanted.score) <= 1e-3, "\(name) \(wanted.box)")
      }
    }
  }
}
