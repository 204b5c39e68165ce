import Core
import Imaging
import Testing

@testable import Faces

@Suite struct ModelMetadataTests {
  private func metadata(_ key: String, _ value: String) throws -> ModelMetadata {
    try ModelMetadata(["facenet." + key: value], model: "model.onnx")
  }

  @Test func readsEachKind() throws {
    #expect(try metadata("input.side", "160").integer("input.side") == 160)
    #expect(try metadata("threshold", "1.1").number("threshold") == 1.1)
    #expect(try metadata("threshold", "0.709").number("threshold", as: Double.self) == 0.709)
    #expect(try metadata("input.mean", "104,117,123").numbers("input.mean", count: 3) == [104, 117, 123])
    #expect(try metadata("detector.anchors", "16,32 64").groups("detector.anchors") == [[16, 32], [64]])
    let points = try metadata("align.points", "54,66 106,66 - 60,122.5 1e2,122").points("align.points", count: 5)
    #expect(points == [Point(54, 66), Point(106, 66), nil, Point(60, 122.5), Point(100, 122)])
    let rates = try #require(try metadata("thresholds.far", "1e-2:1.12,0.001:1").pairs("thresholds.far"))
    #expect(rates.map(\.0) == [0.01, 0.001] && rates.map(\.1) == [1.12, 1])
    #expect(try metadata("metric", "euclidean").choice("metric", Metric.self) == .euclidean)
    let rule = try metadata("input.color", "BGR").normalization()
    #expect(rule == Normalization(order: .bgr, mean: [0, 0, 0], scale: [1, 1, 1]))
  }

  @Test func absentKeysAreNil() throws {
    let empty = try ModelMetadata(["side": "3", "other.facenet.input.side": "4"], model: "model.onnx")
    #expect(try empty.integer("input.side") == nil)
    #expect(try empty.number("threshold") == nil)
    #expect(try empty.numbers("input.mean") == nil)
    #expect(try empty.groups("detector.anchors") == nil)
    #expect(try empty.points("align.points", count: 5) == nil)
    #expect(try empty.pairs("thresholds.far") == nil)
    #expect(try empty.normalization() == nil)
  }

  @Test func mismatchesAreOneSentence() throws {
    #expect(
      throws: FacenetError(
        .corrupt, "facenet.input.mean should be 3 numbers with commas between, got '1,2' (model.onnx)")
    ) {
      try metadata("input.mean", "1,2").numbers("input.mean", count: 3)
    }
    #expect(
      throws: FacenetError(
        .corrupt,
        "facenet.metric should be one of squared-l2-unit, euclidean, got 'cosine' (model.onnx)")
    ) {
      try metadata("metric", "cosine").choice("metric", Metric.self)
    }
  }

  @Test(arguments: ["", "x", "0", "-3", "1.5", "99999999999999999999"]) func refusesWholeNumber(text: String) {
    #expect(throws: FacenetError.self) { try metadata("input.side", text).integer("input.side") }
  }

  @Test(arguments: ["", "nan", "inf", "1,2", "1e99", "one"]) func refusesNumber(text: String) {
    #expect(throws: FacenetError.self) { try metadata("threshold", text).number("threshold") }
  }

  @Test(arguments: ["", ",", "1,,2", "1, 2", "1;2", "nan,1,2"]) func refusesNumbers(text: String) {
    #expect(throws: FacenetError.self) { try metadata("input.mean", text).numbers("input.mean") }
  }

  @Test(arguments: ["", "- - - -", "1,2 3,4 5,6 7,8", "1 2 3 4 5", "1,2,3 - - - -", "x,1 - - - -"])
  func refusesPoints(text: String) {
    #expect(throws: FacenetError.self) { try metadata("align.points", text).points("align.points", count: 5) }
  }

  @Test(arguments: ["1e-2", "1e-2:", "1e-2:1:1", "-1:1", "0:1", "a:b"]) func refusesPairs(text: String) {
    #expect(throws: FacenetError.self) { try metadata("thresholds.far", text).pairs("thresholds.far") }
  }

  @Test func refusesALaterSchema() throws {
    _ = try metadata("schema", "1")
    #expect(throws: FacenetError(.unsupported, "the metadata follows schema 2, this version reads 1 (model.onnx)")) {
      try metadata("schema", "2")
    }
    #expect(throws: FacenetError.self) { try metadata("schema", "new") }
  }
}
