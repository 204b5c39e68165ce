import Testing

@testable import Evaluation

@Suite struct VerificationAccuracyTests {
  private func pairs(same: [Float?], different: [Float?]) -> [PairDistance] {
    same.map { PairDistance(distance: $0, isSame: true) } + different.map { PairDistance(distance: $0, isSame: false) }
  }

  @Test func takesTheMiddleOfTheGapThatSeparates() {
    let threshold = bestThreshold(pairs(same: [0.2, 0.5, 0.4], different: [1.5, 1.1, 3]))
    #expect(abs(threshold - 0.8) < 1e-6)
  }

  @Test func oneSidedListsAreJudgedWholly() {
    let same = pairs(same: [0.2, 0.5], different: [])
    let different = pairs(same: [], different: [0.2, 0.5])
    #expect(accuracy(same, threshold: bestThreshold(same)) == 1)
    #expect(accuracy(different, threshold: bestThreshold(different)) == 1)
  }

  @Test(arguments: 0..<20) func noThresholdIsBetter(seed: Int) {
    var random = seed
    let next = { (spread: Int) -> Float in
      random = (random &* 1_103_515_245 &+ 12345) & 0x7fff_ffff
      return Float((random >> 8) % spread) / 8
    }
    let list = pairs(same: (0..<15).map { _ in next(12) }, different: (0..<15).map { _ in next(16) + 0.5 })
    let best = accuracy(list, threshold: bestThreshold(list))
    for threshold in stride(from: Float(-0.1), through: 4, by: 0.01) {
      #expect(accuracy(list, threshold: threshold) <= best)
    }
  }

  @Test func aPairWithoutAFaceIsAlwaysWrong() {
    let list = pairs(same: [0.1, nil], different: [2, nil])
    #expect(accuracy(list, threshold: 1) == 0.5)
    #expect(bestThreshold(pairs(same: [nil], different: [nil])) == 0)
  }

  @Test func theThresholdComesFromTheOtherFolds() throws {
    // Fold 0 alone would choose 2.5, the other two choose 1.
    let folds = [
      pairs(same: [2], different: [3]), pairs(same: [0.5], different: [1.5]), pairs(same: [0.5], different: [1.5]),
    ]
    let result = try #require(CrossValidation(folds))
    #expect(result.thresholds[0] == 1)
    #expect(result.accuracies == [0.5, 1, 1])
    #expect(abs(result.mean - 5.0 / 6) < 1e-12)
    // Sample standard deviation 0.288675, over the root of 3.
    #expect(abs(result.standardError - 1.0 / 6) < 1e-12)
  }

  @Test func oneFoldProvesNothing() {
    #expect(CrossValidation([pairs(same: [0], different: [1])]) == nil)
    #expect(CrossValidation([[], pairs(same: [0], different: [1])]) == nil)
  }
}
