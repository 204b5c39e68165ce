import Foundation
import Testing

@testable import Core
@testable import Graph
@testable import ONNX

@Suite final class ExternalDataTests {
  private let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "facenet-external-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "/bin/sh")
    try File.write([Float(9), 1, 2, 3].withUnsafeBytes { Array($0) }, to: "\(folder)/values")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// What a model with one tensor, whose values are in another file, gives.
  private func values(_ external: [String: String], sizes: [Int] = [3]) throws -> [Float] {
    var model = ModelWriter(
      nodes: [.init(operation: "Identity", inputs: ["x"], outputs: ["y"])], outputs: ["y"])
    model.initializers = [.init("x", dataType: 1, sizes: sizes, raw: [])]
    model.initializers[0].external = external
    try File.write(model.bytes, to: "\(folder)/model.onnx")
    return Array(try Session(try Model(path: "\(folder)/model.onnx")).run([])[0].values(as: Float.self))
  }

  @Test func readsItsPartOfAFile() throws {
    #expect(try values(["location": "values", "offset": "4", "length": "12"]) == [1, 2, 3])
    #expect(try values(["location": "./values"], sizes: [2]) == [9, 1])
  }

  @Test(arguments: [
    ["location": "values", "length": "8"], ["location": "values", "offset": "8"],
    ["location": "values", "offset": "-4"],
    ["location": "values", "offset": "\(Int.max)"], ["location": "values", "length": "many"], ["location": "../values"],
    ["location": "/bin/sh"], ["location": "link"], ["location": ""], ["offset": "0"], ["location": "nothing"],
  ]) func refusesWhatIsNotThere(_ external: [String: String]) {
    #expect(throws: FacenetError.self) { try values(external) }
  }

  @Test func refusesMoreThanAFileHolds() {
    #expect(throws: FacenetError.self) { try values(["location": "values"], sizes: [1 << 30]) }
  }
}
