import Glibc

/// How many pairs of different people pass a distance, as it was measured of a model.
///
/// Between the distances that were measured log FAR runs in straight lines; the first and the last line go on outside,
/// which is a guess.
struct Calibration {
  /// Rounding of rates that are given in single precision.
  private static let tolerance = 1e-6

  /// log FAR and distance, both rising.
  private let points: [(rate: Double, distance: Double)]

  /// nil where fewer than two rates were measured, or where a larger rate has no larger distance.
  init?(_ model: GalleryModel) {
    points = model.thresholds.map { (log(Double($0.falseAcceptRate)), Double($0.threshold)) }
    let rise = zip(points, points.dropFirst()).allSatisfy { $0.rate < $1.rate && $0.distance < $1.distance }
    guard points.count >= 2, rise else { return nil }
  }

  /// The distance that this share of pairs of different people pass; nil where the line has fallen to 0.
  func distance(rate: Double) -> Double? {
    let (a, b) = line { $0.rate < log(rate) }
    let distance = a.distance + (b.distance - a.distance) / (b.rate - a.rate) * (log(rate) - a.rate)
    return distance > 0 ? distance : nil
  }

  /// The share of pairs of different people that pass this distance, 0 to 1.
  func rate(distance: Double) -> Double {
    let (a, b) = line { $0.distance < distance }
    return exp(min(0, a.rate + (b.rate - a.rate) / (b.distance - a.distance) * (distance - a.distance)))
  }

  /// Whether a rate lies between those that were measured.
  func covers(rate: Double) -> Bool {
    let wanted = log(rate)
    return wanted >= points[0].rate - Self.tolerance && wanted <= points[points.count - 1].rate + Self.tolerance
  }

  /// The two points whose line passes where points cease to be below.
  private func line(_ isBelow: ((rate: Double, distance: Double)) -> Bool)
    -> ((rate: Double, distance: Double), (rate: Double, distance: Double))
  {
    let upper = min(max(points.firstIndex { !isBelow($0) } ?? points.count, 1), points.count - 1)
    return (points[upper - 1], points[upper])
  }
}
