import Core
import Imaging
import Testing

@testable import Faces

@Suite struct SearchScaleTests {
  private func face(_ box: Box, _ score: Float) throws -> Face {
    try Face(
      left: box.left, top: box.top, right: box.right, bottom: box.bottom, score: score,
      landmarks: [Point](repeating: Point(box.left, box.top), count: 5))
  }

  @Test(arguments: [(4000, 3000), (960, 720), (250, 250), (8000, 2), (1, 1)])
  func byDefaultAFortiethOfTheLongerSideBecomesReliable(width: Int, height: Int) {
    let scale = SearchScale(width: width, height: height, minimumSize: nil, reliable: 24)
    #expect(scale.factor == min(1, 960 / Float(max(width, height))))
    #expect(scale.side <= Float(SearchScale.defaultSide(reliable: 24)))
  }

  @Test(arguments: [(24, 1.0), (48, 0.5), (12, 2), (1, 2), (2400, 0.01)])
  func theSmallestFaceWantedBecomesReliable(size: Int, factor: Float) {
    let scale = SearchScale(width: 3000, height: 4000, minimumSize: size, reliable: 24)
    #expect(abs(scale.factor - factor) < 1e-6)
  }

  @Test(arguments: [300, 480, 481, 640, 960, 2000, 8000, 20000])
  func scalesGoDownToAnOverview(longer: Int) {
    var scale = SearchScale(width: longer, height: 100, minimumSize: 24, reliable: 24)
    var sides = [scale.side]
    while let next = scale.coarser {
      #expect(next.factor < scale.factor && next.side >= scale.side / 4 - 0.01)
      // A face that is just too large for the finer scale is large enough for the coarser one.
      #expect(0.8 * SearchScale.largestFace / scale.factor * next.factor >= 32)
      scale = next
      sides.append(scale.side)
    }
    #expect(sides.last! <= 480)
    #expect(sides.count <= 5)
  }

  @Test func onlySmallPicturesAreEnlargedWhenNothingIsFound() {
    let small = SearchScale(width: 48, height: 40, minimumSize: nil, reliable: 24)
    #expect(small.attempts(mayEnlarge: true).map(\.factor) == [2])
    #expect(small.attempts(mayEnlarge: false).isEmpty)
    let large = SearchScale(width: 960, height: 40, minimumSize: nil, reliable: 24)
    #expect(large.attempts(mayEnlarge: true).map(\.side) == [160])
  }

  @Test func eachScaleKeepsTheFacesOfItsSize() throws {
    let scale = SearchScale(width: 1000, height: 1000, minimumSize: 24, reliable: 24)
    let small = try face(Box(700, 700, 750, 760), 0.9)
    let part = try face(Box(200, 200, 300, 300), 0.99)
    let tooLarge = try face(Box(80, 60, 560, 620), 0.99)
    let large = try face(Box(100, 50, 550, 600), 0.8)
    let coarseSmall = try face(Box(710, 700, 755, 760), 0.95)
    let merged = scale.merge([small, part, tooLarge], coarse: [large, coarseSmall], overlap: 0.4)
    #expect(merged == [small, large])
  }

  @Test func aFaceThatBothScalesSeeIsOne() throws {
    let scale = SearchScale(width: 1000, height: 1000, minimumSize: 24, reliable: 24)
    let fine = try face(Box(100, 100, 400, 400), 0.9)
    let coarse = try face(Box(105, 95, 400, 405), 0.8)
    #expect(scale.merge([fine], coarse: [coarse], overlap: 0.4) == [fine])
  }
}
