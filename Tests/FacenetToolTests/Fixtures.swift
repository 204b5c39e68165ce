import Faces
import Foundation
import Imaging
import TestSupport

/// What the tests of the program run on.
enum Fixtures {
  /// Whether the default models are there: they are made by `make models`.
  static let hasModels = Set(ModelStore.installed().map(\.name)).isSuperset(of: ["retinaface", "facenet"])

  /// Whether a model of several inputs is there.
  static let hasCascade = ModelStore.installed().contains { $0.name == "mtcnn" }

  /// The sample photographs, made by `make samples`.
  static let samples: String? = {
    let file: StaticString = #filePath
    let root = URL(fileURLWithPath: "\(file)").deletingLastPathComponent().deletingLastPathComponent()
    let folder = root.deletingLastPathComponent().appendingPathComponent("build/samples").path
    return FileManager.default.isReadableFile(atPath: folder + "/obama.jpg") ? folder : nil
  }()

  static let canRecognise = hasModels && samples != nil

  static func sample(_ name: String) throws -> String {
    guard let samples else { throw Missing() }
    return "\(samples)/\(name)"
  }

  /// An installed model's file with another text of the same length in every place of one.
  static func altered(_ model: String, _ text: String, to other: String) throws -> [UInt8] {
    guard let path = TestFiles.model(model) else { throw Missing() }
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    while let place = bytes.range(of: Data(text.utf8)) { bytes.replaceSubrange(place, with: Data(other.utf8)) }
    return Array(bytes)
  }

  struct Missing: Error {}

  /// A PNG of one colour: a photograph without a face.
  static func plainPicture(width: Int, height: Int) throws -> [UInt8] {
    let bitmap = try Bitmap(
      width: width, height: height, rgb: [UInt8](repeating: 90, count: 3 * width * height))
    return try bitmap.withView { view in try view.encodedPNG() }
  }
}
