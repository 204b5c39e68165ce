import Core
import Testing

@testable import Gallery

/// Whose a probe between two people is.
@Suite struct VerdictTests {
  private typealias Verdict = Identification.Verdict

  /// Ann along the first axis, Bob along the second; the probe lies between them, nearer to Ann or as near to both.
  private func verdict(of probe: [Float], threshold: Float, margin: Float?) throws -> Identification {
    try withGallery { gallery in
      try gallery.enrol("Ann", templates: [Template(unit(0))])
      try gallery.enrol("Bob", templates: [Template(unit(1))])
      return try gallery.identify(
        probe, options: IdentificationOptions(acceptance: .distance(threshold), margin: margin))
    }
  }

  /// Both at 2 - sqrt(2).
  private let between: [Float] = [Float(0.5).squareRoot(), Float(0.5).squareRoot(), 0, 0, 0, 0, 0, 0]
  /// Ann at 0.4, Bob at 0.8.
  private let nearAnn: [Float] = [0.8, 0.6, 0, 0, 0, 0, 0, 0]

  @Test func equallyNearPeopleAreAmbiguousWithAnyMargin() throws {
    for margin in [0, 0.1, nil] as [Float?] {
      #expect(try verdict(of: between, threshold: 0.7, margin: margin).verdict == .ambiguous)
    }
    #expect(try verdict(of: between, threshold: 0.5, margin: 0).verdict == .unknown)
  }

  @Test func theMarginIsWithin() throws {
    #expect(try verdict(of: nearAnn, threshold: 1, margin: 0.3).verdict == .known)
    #expect(try verdict(of: nearAnn, threshold: 1, margin: 0.5).verdict == .ambiguous)
    #expect(try verdict(of: nearAnn, threshold: 1, margin: 0).verdict == .known)
  }

  /// Whoever is not near enough to be taken for the face does not make it somebody else's.
  @Test func aSecondPersonBeyondTheThresholdIsNobody() throws {
    let found = try verdict(of: nearAnn, threshold: 0.7, margin: 0.5)
    #expect(found.verdict == .known && found.person?.name == "Ann" && found.candidates.count == 2)
    #expect(try verdict(of: nearAnn, threshold: 0.39, margin: 0.5).verdict == .unknown)
  }

  @Test func theReasonSaysHowFarTheThresholdIsFromWhatWasMeasured() throws {
    try withGallery { gallery in
      try gallery.enrol("Ann", templates: [Template(unit(0))])
      let far = try gallery.identify(unit(1), options: IdentificationOptions(acceptance: .falseAcceptRate(0.0001)))
      #expect(far.reason.contains("is a guess") && far.reason.contains("10 times rarer than test was measured at"))
      let none = try gallery.identify(unit(1), options: IdentificationOptions(acceptance: .falseAcceptRate(1e-9)))
      #expect(none.verdict == .unknown && none.reason.contains("no distance can be told"))
      #expect(none.threshold.falseAcceptRate == nil && none.threshold.distance == 0)
    }
  }
}
