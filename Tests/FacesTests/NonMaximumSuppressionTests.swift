import Testing

@testable import Faces

@Suite struct NonMaximumSuppressionTests {
  @Test func keepsTheBetterOfTwoThatOverlap() {
    let boxes = [Box(0, 0, 10, 10), Box(1, 1, 11, 11), Box(30, 30, 40, 40)]
    #expect(nonMaximumSuppression(boxes, scores: [0.5, 0.9, 0.7], limit: 0.4) == [1, 2])
  }

  @Test func equalScoresKeepTheirOrder() {
    let boxes = (0..<6).map { Box(Float($0) * 20, 0, Float($0) * 20 + 10, 10) }
    #expect(nonMaximumSuppression(boxes, scores: [1, 1, 2, 1, 2, 1], limit: 0.4) == [2, 4, 0, 1, 3, 5])
  }

  @Test func anOverlapOfExactlyTheLimitIsKept() {
    // Intersection 50, union 150.
    let boxes = [Box(0, 0, 10, 10), Box(5, 0, 15, 10)]
    #expect(nonMaximumSuppression(boxes, scores: [2, 1], limit: 50.0 / 150).count == 2)
    #expect(nonMaximumSuppression(boxes, scores: [2, 1], limit: 0.33).count == 1)
  }

  @Test func measuresAgainstTheSmallerBox() {
    let boxes = [Box(0, 0, 100, 100), Box(10, 10, 20, 20)]
    #expect(nonMaximumSuppression(boxes, scores: [2, 1], limit: 0.5).count == 2)
    #expect(nonMaximumSuppression(boxes, scores: [2, 1], limit: 0.5, measure: .smaller).count == 1)
  }

  @Test func countsBothEdgesWhereAsked() {
    // As pixels 0...9 and 10...19 they touch nowhere; 0...10 and 10...20 share a column of 11 pixels.
    let boxes = [Box(0, 0, 10, 10), Box(10, 0, 20, 10)]
    #expect(nonMaximumSuppression(boxes, scores: [2, 1], limit: 0).count == 2)
    #expect(nonMaximumSuppression(boxes, scores: [2, 1], limit: 0, inclusive: true).count == 1)
  }

  @Test(arguments: 0..<8) func agreesWithThePlainDefinition(seed: UInt64) {
    var random = Generator(state: seed)
    let boxes = (0..<120).map { _ in
      let (x, y) = (random.float(0..<200), random.float(0..<200))
      return Box(x, y, x + random.float(1..<60), y + random.float(1..<60))
    }
    let scores = boxes.map { _ in Float(Int(random.float(0..<20))) }
    for limit: Float in [0, 0.3, 0.5, 1] {
      var alive = Array(boxes.indices)
      var expected: [Int] = []
      while let best = alive.max(by: { (scores[$0], $1) < (scores[$1], $0) }) {
        expected.append(best)
        alive.removeAll { $0 == best || boxes[$0].overlap(boxes[best]) > limit }
      }
      #expect(nonMaximumSuppression(boxes, scores: scores, limit: limit) == expected)
    }
  }

  @Test func boundsTheWork() {
    let boxes = (0..<50).map { Box(Float($0) * 20, 0, Float($0) * 20 + 10, 10) }
    let kept = nonMaximumSuppression(boxes, scores: boxes.indices.map { Float($0) }, limit: 0.4, atMost: 3)
    #expect(kept == [49, 48, 47])
  }
}

/// SplitMix64: the same numbers for the same seed everywhere.
struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }

  mutating func float(_ range: Range<Float>) -> Float { Float.random(in: range, using: &self) }
}
