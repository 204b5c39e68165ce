import Core
import Glibc

/// The largest distance at which a face is taken for somebody's.
///
/// A stranger is compared with N templates; were the comparisons independent, one of them would pass with the probability
/// FPIR = 1 - (1 - FAR)^N, so a wanted FPIR needs FAR = 1 - (1 - FPIR)^(1/N). Between the rates that the model was
/// measured at, log FAR runs in a straight line against the distance.
public struct IdentificationThreshold: Sendable, Hashable {
  /// By the model's metric.
  public let distance: Float
  /// The share of pairs of different people that pass; nil where it is not known.
  public let falseAcceptRate: Float?
  /// Whether the rate lies outside those that the model was measured at: then the line was made longer, which is a guess.
  public let isExtrapolated: Bool

  /// - Parameter comparisons: of a face with the gallery, N.
  /// - Throws: `invalidArgument` for a rate or distance out of range; `unsupported` for a rate where nothing was measured.
  init(_ acceptance: Acceptance, model: GalleryModel, comparisons: Int) throws(FacenetError) {
    switch acceptance {
    case .model: self.init(distance: model.threshold)
    case .distance(let distance):
      guard distance >= 0, distance.isFinite else {
        throw FacenetError(.invalidArgument, "a distance must be a number from 0 up, got \(distance)")
      }
      self.init(distance: distance)
    case .falseAcceptRate(let rate): try self.init(rate: Double(try Self.checked(rate)), model)
    case .falsePositiveIdentificationRate(let rate):
      let wanted = Double(try Self.checked(rate))
      try self.init(rate: -expm1(log1p(-wanted) / Double(max(1, comparisons))), model)
    }
  }

  private init(distance: Float) { (self.distance, falseAcceptRate, isExtrapolated) = (distance, nil, false) }

  private init(rate: Double, _ model: GalleryModel) throws(FacenetError) {
    let points = model.thresholds.map { (rate: log(Double($0.falseAcceptRate)), distance: Double($0.threshold)) }
    guard points.count >= 2 else {
      throw FacenetError(
        .unsupported, "nothing was measured of \(model.name) that tells a threshold for a rate: ask for a distance")
    }
    let wanted = log(rate)
    let next = points.firstIndex { $0.rate >= wanted } ?? points.count
    let upper = min(max(next, 1), points.count - 1)
    let (a, b) = (points[upper - 1], points[upper])
    let slope = b.rate > a.rate ? (b.distance - a.distance) / (b.rate - a.rate) : 0
    distance = Float(max(0, a.distance + slope * (wanted - a.rate)))
    falseAcceptRate = Float(rate)
    isExtrapolated = wanted < points[0].rate - 1e-6 || wanted > points[points.count - 1].rate + 1e-6
  }

  private static func checked(_ rate: Float) throws(FacenetError) -> Float {
    guard rate > 0, rate < 1 else {
      throw FacenetError(.invalidArgument, "a rate must be above 0 and below 1, got \(rate)")
    }
    return rate
  }
}
