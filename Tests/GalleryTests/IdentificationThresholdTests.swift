import Core
import Glibc
import Testing

@testable import Gallery

/// Distances and rates that tell of each other.
@Suite struct IdentificationThresholdTests {
  private static let model = try! testModel()

  private func threshold(_ acceptance: Acceptance, comparisons: Int = 1) throws -> IdentificationThreshold {
    try IdentificationThreshold(acceptance, model: Self.model, comparisons: comparisons)
  }

  @Test(arguments: [(0.001, 0.8), (0.01, 1), (0.1, 1.2)] as [(Float, Float)])
  func measuredRatesHaveTheirDistances(rate: Float, distance: Float) throws {
    let found = try threshold(.falseAcceptRate(rate))
    #expect(abs(found.distance - distance) < 1e-5 && !found.isExtrapolated)
    let back = try #require(try threshold(.distance(distance)).falseAcceptRate)
    #expect(abs(back - rate) < 1e-4 * rate)
  }

  /// The promise of a distance is the one that this distance is found for.
  @Test(arguments: [1, 10, 284, 100_000], [0.001, 0.01, 0.3] as [Float])
  func distanceAndRateComeBack(comparisons: Int, rate: Float) throws {
    let found = try threshold(.falsePositiveIdentificationRate(rate), comparisons: comparisons)
    guard found.distance > 0 else { return #expect(found.falseAcceptRate == nil && comparisons == 100_000) }
    let accepted = try #require(found.falseAcceptRate)
    #expect(abs(-expm1(Double(comparisons) * log1p(-Double(accepted))) - Double(rate)) < 1e-4 * Double(rate))
    #expect(abs(try #require(found.falsePositiveIdentificationRate) - rate) < 1e-4 * rate)
    #expect(found.isExtrapolated == (accepted < 0.00099 || accepted > 0.101))
    let back = try threshold(.distance(found.distance), comparisons: comparisons)
    #expect(abs(try #require(back.falsePositiveIdentificationRate) - rate) < 1e-3 * rate)
    #expect(back.isExtrapolated == found.isExtrapolated)
  }

  @Test func extrapolationBeginsBelowTheSmallestMeasuredRate() throws {
    #expect(!(try threshold(.falsePositiveIdentificationRate(0.01), comparisons: 10)).isExtrapolated)
    let guess = try threshold(.falsePositiveIdentificationRate(0.01), comparisons: 11)
    #expect(guess.isExtrapolated && guess.distance < 0.8)
    #expect(try threshold(.distance(0.79)).isExtrapolated && !(try threshold(.distance(0.81)).isExtrapolated))
    #expect(try threshold(.distance(4)).falseAcceptRate == 1)
  }

  /// A tenth of the rate is 0.2 nearer: at 1e-7 the line has come to 0.
  @Test func aRateThatNoDistanceIsKnownForIsNotPromised() throws {
    let rare = try threshold(.falsePositiveIdentificationRate(0.01), comparisons: 1000)
    #expect(rare.distance > 0.39 && rare.distance < 0.41)
    #expect(
      rare.doubt(about: Self.model)?.hasSuffix(
        "is a guess: 1 in 100 strangers taken for somebody is 1 in 99500 pairs of different people, 99 times rarer than test "
          + "was measured at (1 in 10 to 1 in 1000)") == true, "\(rare.doubt(about: Self.model) ?? "")")
    let none = try threshold(.falsePositiveIdentificationRate(0.01), comparisons: 1_000_000)
    #expect(none.distance == 0 && none.isExtrapolated)
    #expect(none.falseAcceptRate == nil && none.falsePositiveIdentificationRate == nil)
    #expect(none.doubt(about: Self.model)?.hasPrefix("no distance can be told") == true)
    #expect(try threshold(.falseAcceptRate(0.01)).doubt(about: Self.model) == nil)
  }

  /// Nothing, one rate, and rates whose distances do not grow with them.
  @Test(
    arguments: [[], [(0.01, 1)], [(0.01, 1), (0.1, 1)], [(0.01, 1), (0.01, 2)], [(0.01, 1), (0.1, 0.9)]]
      as [[(Float, Float)]])
  func withoutACalibrationOnlyDistancesAreAccepted(pairs: [(Float, Float)]) throws {
    let model = try GalleryModel(name: "bare", fingerprint: "0", dimension: 8, threshold: 0.6, thresholds: pairs)
    for acceptance in [Acceptance.falseAcceptRate(0.01), .falsePositiveIdentificationRate(0.01)] {
      #expect(throws: FacenetError.self) {
        try IdentificationThreshold(acceptance, model: model, comparisons: 5)
      }
    }
    for (acceptance, distance) in [(Acceptance.model, 0.6), (.distance(0.5), 0.5)] as [(Acceptance, Float)] {
      let found = try IdentificationThreshold(acceptance, model: model, comparisons: 5)
      #expect(found.distance == distance && !found.isExtrapolated)
      #expect(found.falseAcceptRate == nil && found.falsePositiveIdentificationRate == nil)
    }
  }
}
