import Core
import Foundation
import Imaging
import Testing

@testable import Faces

/// Decoders on outputs written by hand: a face is put into the maps and must come out where it was put.
@Suite struct DecoderTests {
  /// An output under construction.
  struct Map {
    let name: String
    let shape: [Int]
    var values: [Float]

    init(_ name: String, _ shape: [Int], _ value: Float = 0) {
      self.name = name
      self.shape = shape
      values = [Float](repeating: value, count: shape.reduce(1, *))
    }
  }

  private func decode(
    _ network: some SingleShotNetwork, _ maps: [Map], _ width: Int, _ height: Int, _ score: Float = 0.5
  ) throws(FacenetError) -> [Face] {
    // The copies live until the end of the call.
    let copies = maps.map { map in
      let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: map.values.count)
      _ = copy.initialize(from: map.values)
      return copy
    }
    defer { for copy in copies { copy.deallocate() } }
    let views = zip(maps, copies).map { FeatureMap(name: $0.name, shape: $0.shape, values: UnsafeBufferPointer($1)) }
    return try network.decode(views, width: width, height: height, minimumScore: score)
  }

  private func metadata(_ values: [String: String] = [:]) throws -> ModelMetadata {
    try ModelMetadata(values, model: "test.onnx")
  }

  private func expect(_ face: Face, _ box: Box, _ points: [Point], _ score: Float) {
    for (got, wanted) in zip(
      [face.left, face.top, face.right, face.bottom], [box.left, box.top, box.right, box.bottom])
    {
      #expect(abs(got - wanted) < 0.01)
    }
    for (got, wanted) in zip(face.landmarks, points) {
      #expect(abs(got.x - wanted.x) < 0.01 && abs(got.y - wanted.y) < 0.01)
    }
    #expect(abs(face.score - score) < 1e-6)
  }

  private let box = Box(20.5, 30.25, 61, 90)
  private let points = [Point(30, 50), Point(50, 51), Point(41, 60), Point(33, 75), Point(49, 76.5)]

  /// Anchors in the order of the specification, as (centre x, centre y, side).
  private func anchors(_ width: Int, _ height: Int) -> [(Double, Double, Double)] {
    var all: [(Double, Double, Double)] = []
    for (stride, sides) in [(8.0, [16.0, 32]), (16, [64, 128]), (32, [256, 512])] {
      for row in 0..<Int((Double(height) / stride).rounded(.up)) {
        for column in 0..<Int((Double(width) / stride).rounded(.up)) {
          for side in sides { all.append(((Double(column) + 0.5) * stride, (Double(row) + 0.5) * stride, side)) }
        }
      }
    }
    return all
  }

  @Test(arguments: [(100, 120), (97, 131), (33, 32), (160, 160)])
  func retinaFaceUndoesItsCoding(width: Int, height: Int) throws {
    let anchors = anchors(width, height)
    for index in stride(from: 0, to: anchors.count, by: 37) {
      var maps = [
        Map("loc", [1, anchors.count, 4]), Map("conf", [1, anchors.count, 2]),
        Map("landmarks", [1, anchors.count, 10]),
      ]
      let (x, y, side) = anchors[index]
      maps[0].values[4 * index] = Float((Double(box.left + box.right) / 2 - x) / (0.1 * side))
      maps[0].values[4 * index + 1] = Float((Double(box.top + box.bottom) / 2 - y) / (0.1 * side))
      maps[0].values[4 * index + 2] = Float(log(Double(box.width) / side) / 0.2)
      maps[0].values[4 * index + 3] = Float(log(Double(box.height) / side) / 0.2)
      maps[1].values[2 * index + 1] = 0.875
      for (number, point) in points.enumerated() {
        maps[2].values[10 * index + 2 * number] = Float((Double(point.x) - x) / (0.1 * side))
        maps[2].values[10 * index + 2 * number + 1] = Float((Double(point.y) - y) / (0.1 * side))
      }
      let faces = try decode(RetinaFace(metadata()), maps, width, height)
      try #require(faces.count == 1)
      expect(faces[0], box, points, 0.875)
      #expect(try decode(RetinaFace(metadata()), maps, width, height, 0.9).isEmpty)
    }
  }

  @Test func retinaFaceTakesItsAnchorsFromTheFile() throws {
    let network = try RetinaFace(
      metadata([
        "facenet.detector.strides": "16", "facenet.detector.anchors": "40,50,60",
        "facenet.detector.variances": "0.5,0.25",
      ]))
    var maps = [Map("loc", [1, 12, 4]), Map("conf", [1, 12, 2]), Map("landmarks", [1, 12, 10])]
    // Cell (1, 0), second anchor: centre (8, 24), side 50.
    maps[1].values[2 * 7 + 1] = 1
    maps[0].values[4 * 7] = 0.4
    maps[0].values[4 * 7 + 2] = 4 * log(2)
    let faces = try decode(network, maps, 32, 32)
    try #require(faces.count == 1)
    expect(faces[0], Box(18 - 50, 24 - 25, 18 + 50, 24 + 25), [Point](repeating: Point(8, 24), count: 5), 1)
  }

  @Test func yuNetUndoesItsCoding() throws {
    let (width, height) = (96, 160)
    for (level, stride) in [8, 16, 32].enumerated() {
      let columns = width / stride
      for cell in [0, 1, columns, columns * (height / stride) - 1] {
        var maps = [1, 1, 4, 10].flatMap { channels in
          [8, 16, 32].map { Map("map", [1, width / $0 * (height / $0), channels]) }
        }
        let (row, column, step) = (Float(cell / columns), Float(cell % columns), Float(stride))
        maps[level].values[cell] = 0.5
        maps[3 + level].values[cell] = 1.5
        maps[6 + level].values.replaceSubrange(
          4 * cell..<4 * cell + 4,
          with: [
            (box.left + box.right) / 2 / step - column, (box.top + box.bottom) / 2 / step - row,
            log(box.width / step), log(box.height / step),
          ])
        for (number, point) in points.enumerated() {
          maps[9 + level].values[10 * cell + 2 * number] = point.x / step - column
          maps[9 + level].values[10 * cell + 2 * number + 1] = point.y / step - row
        }
        let faces = try decode(YuNet(), maps, width, height)
        try #require(faces.count == 1)
        expect(faces[0], box, points, Float(0.5).squareRoot())
      }
    }
  }

  @Test func centerFaceUndoesItsCoding() throws {
    let (width, height) = (96, 128)
    let (columns, rows) = (width / 4, height / 4)
    for cell in [0, columns - 1, 5 * columns + 7, rows * columns - 1] {
      var maps = [("heatmap", 1), ("scale", 2), ("offset", 2), ("landmarks", 10)].map {
        Map($0.0, [1, $0.1, rows, columns])
      }
      let plane = rows * columns
      maps[0].values[cell] = 0.75
      maps[1].values[cell] = log(box.height / 4)
      maps[1].values[plane + cell] = log(box.width / 4)
      maps[2].values[cell] = (box.top + box.bottom) / 8 - Float(cell / columns) - 0.5
      maps[2].values[plane + cell] = (box.left + box.right) / 8 - Float(cell % columns) - 0.5
      for (number, point) in points.enumerated() {
        maps[3].values[2 * number * plane + cell] = (point.y - box.top) / box.height
        maps[3].values[(2 * number + 1) * plane + cell] = (point.x - box.left) / box.width
      }
      let faces = try decode(CenterFace(), maps, width, height)
      try #require(faces.count == 1)
      expect(faces[0], box, points, 0.75)
    }
  }

  @Test func numbersThatAreNotFiniteAreNoFace() throws {
    for bad in [Float.nan, .infinity, 1e30] {
      var maps = [Map("loc", [1, 42, 4]), Map("conf", [1, 42, 2], 1), Map("landmarks", [1, 42, 10])]
      maps[0] = Map("loc", [1, 42, 4], bad)
      #expect(try decode(RetinaFace(metadata()), maps, 32, 32).isEmpty)
    }
    var maps = [("heatmap", 1), ("scale", 2), ("offset", 2), ("landmarks", 10)].map {
      Map($0.0, [1, $0.1, 8, 8], .nan)
    }
    #expect(try decode(CenterFace(), maps, 32, 32).isEmpty)
    maps[0] = Map("heatmap", [1, 1, 8, 8], 1)
    #expect(try decode(CenterFace(), maps, 32, 32).isEmpty)
  }

  @Test func mapsOfAnotherSizeAreRefused() throws {
    let maps = [Map("loc", [1, 41, 4]), Map("conf", [1, 42, 2]), Map("landmarks", [1, 42, 10])]
    #expect(throws: FacenetError(.corrupt, "the output 'loc' has the shape [1, 41, 4], expected [1, 42, 4]")) {
      try decode(RetinaFace(metadata()), maps, 32, 32)
    }
    let few = [Map("heatmap", [1, 1, 8, 8]), Map("scale", [1, 2, 8, 8]), Map("offset", [1, 2, 8, 7])]
    #expect(throws: FacenetError.self) { try decode(CenterFace(), few, 32, 32) }
    #expect(throws: FacenetError.self) { try decode(YuNet(), few, 32, 32) }
  }
}
