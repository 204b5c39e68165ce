import Core
import Glibc
import TestSupport
import Testing

@testable import Imaging

@Suite struct SimilarityTransformTests {
  static let face = [Point(38.3, 51.7), Point(73.5, 51.5), Point(56, 71.7), Point(41.5, 92.4), Point(70.7, 92.2)]

  @Test(arguments: [0, 0.3, 1.5708, 3.0, -2.2], [0.05, 1, 7.5]) func findsTheTransform(angle: Double, scale: Double)
    throws
  {
    let (a, b) = (scale * cos(angle), scale * sin(angle))
    let targets = Self.face.map { point in
      let (x, y) = (Double(point.x), Double(point.y))
      return Point(Float(a * x - b * y + 300), Float(b * x + a * y - 40))
    }
    for count in 2...5 {
      let found = try SimilarityTransform(from: Array(Self.face[..<count]), to: Array(targets[..<count]))
      #expect(abs(found.a - a) < 1e-5 * max(1, scale) && abs(found.b - b) < 1e-5 * max(1, scale))
      #expect(abs(found.tx - 300) < 1e-3 && abs(found.ty + 40) < 1e-3)
      #expect(abs(found.scale - scale) < 1e-5 * max(1, scale))
    }
  }

  /// With points that no similarity brings together, every small change of the answer makes the sum of squares larger.
  @Test(arguments: 1...20) func isTheBestInTheLeastSquaresSense(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    func random() -> Float { Float.random(in: -50...150, using: &generator) }
    let points = (0..<5).map { _ in Point(random(), random()) }
    let targets = (0..<5).map { _ in Point(random(), random()) }
    let best = try SimilarityTransform(from: points, to: targets)
    let least = squares(best, points, targets)
    for step in [1e-4, 1e-2] {
      for sign in [-1.0, 1] {
        let change = step * sign
        let others = [
          SimilarityTransform(a: best.a + change, b: best.b, tx: best.tx, ty: best.ty),
          SimilarityTransform(a: best.a, b: best.b + change, tx: best.tx, ty: best.ty),
          SimilarityTransform(a: best.a, b: best.b, tx: best.tx + change, ty: best.ty),
          SimilarityTransform(a: best.a, b: best.b, tx: best.tx, ty: best.ty + change),
        ]
        for other in others { #expect(squares(other, points, targets) > least) }
      }
    }
  }

  @Test func undoesItself() throws {
    let transform = SimilarityTransform(a: 0.4, b: -1.3, tx: 17, ty: -250)
    let back = try transform.inverse()
    for point in Self.face {
      let there = transform.apply(Double(point.x), Double(point.y))
      let again = back.apply(there.0, there.1)
      #expect(abs(again.0 - Double(point.x)) < 1e-9 && abs(again.1 - Double(point.y)) < 1e-9)
    }
    #expect(throws: FacenetError.self) { try SimilarityTransform(a: 0, b: 0, tx: 1, ty: 1).inverse() }
    #expect(throws: FacenetError.self) { try SimilarityTransform(a: .nan, b: 0, tx: 1, ty: 1).inverse() }
  }

  static let degenerate: [(points: [Point], targets: [Point])] = [
    ([], []),
    ([Point(1, 2)], [Point(3, 4)]),
    (face, Array(face.dropLast())),
    ([Point](repeating: Point(5, 5), count: 5), face),
    ([Point](repeating: Point(4000.3, 3000.7), count: 5), face),
    (face, [Point](repeating: Point(5, 5), count: 5)),
    (Array(face.dropLast()) + [Point(.nan, 0)], face),
    (face, Array(face.dropLast()) + [Point(0, .infinity)]),
    ([Point(.greatestFiniteMagnitude, 0), Point(-.greatestFiniteMagnitude, 0)], [Point(0, 0), Point(1, 1)]),
    ([Point(0, 0), Point(0, 1e-30)], [Point(0, 0), Point(1, 1)]),
  ]

  @Test(arguments: degenerate.indices) func refusesDegeneratePoints(index: Int) throws {
    let (points, targets) = Self.degenerate[index]
    let error = #expect(throws: FacenetError.self) { try SimilarityTransform(from: points, to: targets) }
    #expect(error?.status == .invalidArgument)
  }

  private func squares(_ transform: SimilarityTransform, _ points: [Point], _ targets: [Point]) -> Double {
    zip(points, targets).reduce(0) { sum, pair in
      let (x, y) = transform.apply(Double(pair.0.x), Double(pair.0.y))
      let (right, down) = (x - Double(pair.1.x), y - Double(pair.1.y))
      return sum + right * right + down * down
    }
  }
}
