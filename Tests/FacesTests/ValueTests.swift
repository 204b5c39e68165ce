import Core
import Foundation
import Imaging
import Testing

@testable import Faces

/// Faces, distances and templates.
@Suite struct ValueTests {
  private let points = (0..<5).map { Point(Float($0), 1) }

  @Test func aFaceHasABoxAndFiveLandmarks() throws {
    let face = try Face(left: 1, top: 2, right: 4, bottom: 8, landmarks: points)
    #expect(face.width == 3 && face.height == 6 && face.score == 1)
    #expect(throws: FacenetError(.invalidArgument, "a face has five landmarks, got 4")) {
      try Face(left: 1, top: 2, right: 4, bottom: 8, landmarks: Array(points.dropLast()))
    }
    for box in [Box(1, 2, 1, 8), Box(1, 9, 4, 8), Box(.nan, 2, 4, 8), Box(1, 2, .infinity, 8)] {
      #expect(throws: FacenetError.self) {
        try Face(left: box.left, top: box.top, right: box.right, bottom: box.bottom, landmarks: points)
      }
    }
    #expect(throws: FacenetError.self) {
      try Face(left: 1, top: 2, right: 4, bottom: 8, landmarks: points.dropLast() + [Point(.nan, 0)])
    }
  }

  @Test func distancesFollowTheMetric() throws {
    let (a, b): ([Float], [Float]) = ([1, 0, 0], [0, 0, -1])
    #expect(try Metric.squaredL2OnUnitSphere.distance(a, b) == 2)
    #expect(try Metric.squaredL2OnUnitSphere.distance(a, a) == 0)
    #expect(try Metric.squaredL2OnUnitSphere.distance(a, a.map { -$0 }) == 4)
    #expect(try Metric.euclidean.distance([3, 0], [0, 4]) == 5)
    #expect(throws: FacenetError(.invalidArgument, "embeddings of 3 and 2 numbers do not compare")) {
      try Metric.euclidean.distance(a, [1, 0])
    }
  }

  @Test func aVerdictIsTheSideOfTheThreshold() throws {
    let face = try Face(left: 1, top: 2, right: 4, bottom: 8, landmarks: points)
    for (distance, isSame) in [(1.09, true), (1.1, true), (1.11, false)] as [(Float, Bool)] {
      #expect(Verification(distance: distance, threshold: 1.1, faces: (face, face)).isSame == isSame)
    }
  }

  @Test(arguments: [0.0, 0.4, -1.2, 3]) func alignmentUndoesATurn(angle: Double) throws {
    // A dot of colour at each template point, seen turned, scaled and moved, comes back to its place.
    let template = try AlignmentTemplate(
      [Point(16, 20), Point(48, 20), nil, Point(20, 50), Point(44, 50)], side: 64)
    let canvas = try Canvas(Bitmap(width: 300, height: 300, rgb: [UInt8](repeating: 0, count: 270000)))
    let place = { (point: Point) in
      let (x, y) = (Double(point.x) - 32, Double(point.y) - 32)
      let (c, s) = (2.5 * cos(angle), 2.5 * sin(angle))
      return Point(Float(c * x - s * y + 150), Float(s * x + c * y + 150))
    }
    let colour = Colour(red: 250, green: 250, blue: 250)
    let landmarks = template.points.map { $0.map(place) ?? Point(-1000, 99999) }
    for case let point? in template.points { canvas.disc(centre: place(point), radius: 6, colour) }
    let crop = try canvas.bitmap().withView { try template.crop($0, landmarks: landmarks) }
    for case let point? in template.points {
      crop.withView { view in
        #expect(view.row(Int(point.y))[3 * Int(point.x)] > 200)
        #expect(view.row(Int(point.y))[3 * Int(point.x) + 18] < 50)
      }
    }
  }

  @Test func templatesNeedPoints() {
    for points in [[], [Point(1, 1), nil, nil, nil, nil], [Point(1, 1), Point(2, .nan), nil, nil, nil]] as [[Point?]] {
      #expect(throws: FacenetError.self) { try AlignmentTemplate(points, side: 112) }
    }
  }
}
