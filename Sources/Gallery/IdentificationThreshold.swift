import Core
import Glibc

/// The largest distance at which a face is taken for somebody's, and the mistakes to expect of it.
///
/// A stranger is compared with N templates; were the comparisons independent, one of them would pass with the probability
/// FPIR = 1 - (1 - FAR)^N, so a wanted FPIR needs FAR = 1 - (1 - FPIR)^(1/N). FAR and distance tell of each other by
/// what was measured of the model.
public struct IdentificationThreshold: Sendable, Hashable {
  /// By the model's metric; 0 where what was measured tells of no distance that the wanted rate is met at.
  public let distance: Float
  /// FAR: the share of pairs of different people that pass; nil where nothing was measured of the model, and where no distance
  /// can be told for the wanted rate.
  public let falseAcceptRate: Float?
  /// FPIR: the share of strangers who are taken for somebody of the gallery; nil where ``falseAcceptRate`` is.
  public let falsePositiveIdentificationRate: Float?
  /// Whether the FAR lies outside those that the model was measured at: then rates and distance tell of each other by a line
  /// that was made longer, which is a guess.
  public let isExtrapolated: Bool
  /// The FAR that is wanted, or that the distance stands for.
  private let rate: Double?
  private let comparisons: Double

  /// - Parameter comparisons: of a face with the gallery, N.
  /// - Throws: `invalidArgument` for a rate or distance out of range; `unsupported` for a rate where nothing was measured.
  init(_ acceptance: Acceptance, model: GalleryModel, comparisons: Int) throws(FacenetError) {
    let calibration = Calibration(model)
    let comparisons = Double(max(1, comparisons))
    self.comparisons = comparisons
    let (distance, rate): (Float?, Double?)
    switch acceptance {
    case .model:
      distance = model.threshold
      rate = calibration?.rate(distance: Double(model.threshold))
    case .distance(let wanted):
      guard wanted >= 0, wanted.isFinite else {
        throw FacenetError(.invalidArgument, "a distance must be a number from 0 up, got \(wanted)")
      }
      distance = wanted
      rate = calibration?.rate(distance: Double(wanted))
    case .falseAcceptRate(let wanted):
      let accepted = try Self.checked(wanted)
      distance = try Self.required(calibration, model).distance(rate: accepted).map { Float($0) }
      rate = accepted
    case .falsePositiveIdentificationRate(let wanted):
      let accepted = -expm1(log1p(-(try Self.checked(wanted))) / comparisons)
      distance = try Self.required(calibration, model).distance(rate: accepted).map { Float($0) }
      rate = accepted
    }
    (self.distance, self.rate) = (distance ?? 0, rate)
    let kept = distance == nil ? nil : rate
    falseAcceptRate = kept.map { Float($0) }
    falsePositiveIdentificationRate = kept.map { Float(Self.strangers(passing: $0, of: comparisons)) }
    isExtrapolated = calibration.flatMap { line in rate.map { !line.covers(rate: $0) } } ?? false
  }

  private static func strangers(passing rate: Double, of comparisons: Double) -> Double {
    -expm1(comparisons * log1p(-rate))
  }

  /// One sentence on a threshold that lies outside what was measured, and by how much; nil for one that does not.
  package func doubt(about model: GalleryModel) -> String? {
    guard isExtrapolated, let rate, let smallest = model.thresholds.first, let largest = model.thresholds.last else {
      return nil
    }
    let (low, high) = (Double(smallest.falseAcceptRate), Double(largest.falseAcceptRate))
    let times = rate < low ? "\(Self.rounded(low / rate)) times rarer" : "\(Self.rounded(rate / high)) times more"
    let stands =
      "\(Self.oneIn(Self.strangers(passing: rate, of: comparisons))) strangers taken for somebody is \(Self.oneIn(rate)) "
      + "pairs of different people, \(times) than \(model.name) was measured at (\(Self.oneIn(high)) to \(Self.oneIn(low)))"
    guard falseAcceptRate == nil else {
      return "the threshold \(distance) lies outside what was measured and is a guess: \(stands)"
    }
    return "no distance can be told, which lies outside what was measured: \(stands); nobody is known but by an equal "
      + "embedding: ask for a false accept rate or a distance"
  }

  private static func oneIn(_ share: Double) -> String { "1 in \(rounded(1 / share))" }

  /// Tenths below 10, whole numbers from there on.
  private static func rounded(_ ratio: Double) -> String {
    ratio < 9.95 ? "\((10 * ratio).rounded() / 10)" : "\(Int(min(ratio, 1e18).rounded()))"
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
