import Core
import Glibc

/// The largest distance at which a face is taken for somebody's, and the mistakes to expect of it.
///
/// A stranger is compared with N templates; were the comparisons independent, one of them would pass with the probability
/// FPIR = 1 - (1 - FAR)^N, so a wanted FPIR needs FAR = 1 - (1 - FPIR)^(1/N). FAR and distance tell of each other by
/// what was measured of the model.
public struct IdentificationThreshold: Sendable, Hashable {
  /// By the model's metric.
  public let distance: Float
  /// FAR: the share of pairs of different people that pass; nil where nothing was measured of the model.
  public let falseAcceptRate: Float?
  /// FPIR: the share of strangers who are taken for somebody of the gallery; nil where nothing was measured.
  public let falsePositiveIdentificationRate: Float?
  /// Whether ``falseAcceptRate`` lies outside those that the model was measured at: then rates and distance tell of each
  /// other by a line that was made longer, which is a guess.
  public let isExtrapolated: Bool

  /// - Parameter comparisons: of a face with the gallery, N.
  /// - Throws: `invalidArgument` for a rate or distance out of range; `unsupported` for a rate where nothing was measured.
  init(_ acceptance: Acceptance, model: GalleryModel, comparisons: Int) throws(FacenetError) {
    let calibration = Calibration(model)
    let comparisons = Double(max(1, comparisons))
    let rate: Double?
    switch acceptance {
    case .model:
      distance = model.threshold
      rate = calibration?.rate(distance: Double(distance))
    case .distance(let wanted):
      guard wanted >= 0, wanted.isFinite else {
        throw FacenetError(.invalidArgument, "a distance must be a number from 0 up, got \(wanted)")
      }
      distance = wanted
      rate = calibration?.rate(distance: Double(distance))
    case .falseAcceptRate(let wanted):
      let accepted = try Self.checked(wanted)
      distance = Float(try Self.required(calibration, model).distance(rate: accepted))
      rate = accepted
    case .falsePositiveIdentificationRate(let wanted):
      let accepted = -expm1(log1p(-(try Self.checked(wanted))) / comparisons)
      distance = Float(try Self.required(calibration, model).distance(rate: accepted))
      rate = accepted
    }
    falseAcceptRate = rate.map { Float($0) }
    falsePositiveIdentificationRate = rate.map { Float(-expm1(comparisons * log1p(-$0))) }
    isExtrapolated = calibration.flatMap { line in rate.map { !line.covers(rate: $0) } } ?? false
  }

  private static func required(_ calibration: Calibration?, _ model: GalleryModel) throws(FacenetError) -> Calibration {
    if let calibration { return calibration }
    throw FacenetError(
      .unsupported, "nothing was measured of \(model.name) that tells a threshold for a rate: ask for a distance")
  }

  private static func checked(_ rate: Float) throws(FacenetError) -> Double {
    guard rate > 0, rate < 1 else {
      throw FacenetError(.invalidArgument, "a rate must be above 0 and below 1, got \(rate)")
    }
    return Double(rate)
  }
}
