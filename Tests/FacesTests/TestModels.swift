import Core
import Faces
import Foundation
import Imaging
import TestSupport
import Testing

/// Models opened once for all tests that need them.
enum TestModels {
  static let hasRetinaFace = TestFiles.model("retinaface") != nil
  static let hasFaceNet = TestFiles.model("facenet") != nil
  static let hasPipeline = hasRetinaFace && hasFaceNet
  static let yuNetPath = SharedData.path("models/yunet/yunet_n_dynamic.onnx")

  private static let openedRetinaFace = Result { try Detector(installed("retinaface")) }
  private static let openedFaceNet = Result { try Embedder(installed("facenet")) }
  private static let openedYuNet = Result {
    try Detector(yuNetPath ?? "absent.onnx", options: DetectorOptions(minimumScore: 0.7))
  }

  static func retinaFace() throws -> Detector { try openedRetinaFace.get() }
  static func faceNet() throws -> Embedder { try openedFaceNet.get() }
  static func yuNet() throws -> Detector { try openedYuNet.get() }
  static func pipeline() throws -> FacePipeline { FacePipeline(detector: try retinaFace(), embedder: try faceNet()) }

  static func installed(_ name: String) throws -> String { try #require(TestFiles.model(name)) }
}

/// Photographs of `../shared`.
enum Photographs {
  static let isPresent = SharedData.path("data/photos/faces.csv") != nil
  static let hasLFW = SharedData.path("data/lfw/landmarks.csv") != nil
  static let hasCrops = SharedData.path("data/val160/manifest.csv") != nil

  static func path(_ name: String) throws -> String { try #require(SharedData.path("data/\(name)")) }
  static func bitmap(_ name: String) throws -> Bitmap { try Bitmap(path: path(name)) }

  /// The lines of a comma-separated table without its heading; quoted fields only where the last ones are not needed.
  static func table(_ name: String) throws -> [[String]] {
    let text = try String(contentsOfFile: path(name), encoding: .utf8)
    return text.split(whereSeparator: \.isNewline).dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }
}
