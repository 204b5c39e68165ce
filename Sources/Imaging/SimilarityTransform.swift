import Core
import Glibc

/// Turning, scaling and moving without mirroring: `x' = a x - b y + tx`, `y' = b x + a y + ty`, in pixels.
///
/// Immutable: any thread.
package struct SimilarityTransform: Sendable, Hashable {
  package let a: Double
  package let b: Double
  package let tx: Double
  package let ty: Double

  package init(a: Double, b: Double, tx: Double, ty: Double) {
    self.a = a
    self.b = b
    self.tx = tx
    self.ty = ty
  }

  /// The transform that brings `points` closest to `targets`, by the sum of squared distances.
  ///
  /// Source: S. Umeyama, "Least-squares estimation of transformation parameters between two point patterns", IEEE TPAMI
  /// 13(4), 1991, equations 40 to 42. In two dimensions and without mirroring they have this closed form, where a point
  /// counts as a complex number: `a + ib` is the covariance of the targets with the points over the points' variance.
  /// - Throws: `invalidArgument` for fewer than two points, unequal counts, coordinates that are not finite, or points
  ///   or targets that all coincide.
  package init(from points: [Point], to targets: [Point]) throws(FacenetError) {
    guard points.count == targets.count, points.count >= 2 else {
      throw FacenetError(
        .invalidArgument,
        "an alignment needs two or more pairs of points, got \(points.count) points and \(targets.count) targets")
    }
    guard (points + targets).allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else {
      throw FacenetError(.invalidArgument, "an alignment needs points with finite coordinates")
    }
    let (from, to) = (Self.mean(points), Self.mean(targets))
    var (variance, real, imaginary) = (0.0, 0.0, 0.0)
    for (point, target) in zip(points, targets) {
      let (x, y) = (Double(point.x) - from.x, Double(point.y) - from.y)
      let (u, v) = (Double(target.x) - to.x, Double(target.y) - to.y)
      variance += x * x + y * y
      real += x * u + y * v
      imaginary += x * v - y * u
    }
    let (a, b) = (real / variance, imaginary / variance)
    // Coordinates are pixels in single precision: a spread near their rounding says nothing about angle and scale.
    let extent = max(abs(from.x), abs(from.y), 100) * 1e-6
    guard variance > extent * extent * Double(points.count), a.isFinite, b.isFinite, a * a + b * b > 1e-18 else {
      throw FacenetError(.invalidArgument, "an alignment needs points that differ, but they coincide")
    }
    self.init(a: a, b: b, tx: to.x - a * from.x + b * from.y, ty: to.y - b * from.x - a * from.y)
  }

  /// How many target pixels a source pixel becomes.
  package var scale: Double { hypot(a, b) }

  /// The transform back.
  /// - Throws: `invalidArgument` where the scale is zero or not finite.
  package func inverse() throws(FacenetError) -> SimilarityTransform {
    let square = a * a + b * b
    let (c, d) = (a / square, -b / square)
    let back = SimilarityTransform(a: c, b: d, tx: -(c * tx - d * ty), ty: -(d * tx + c * ty))
    guard [c, d, back.tx, back.ty].allSatisfy(\.isFinite) else {
      throw FacenetError(.invalidArgument, "a transform of scale \(scale) cannot be undone")
    }
    return back
  }

  package func apply(_ point: Point) -> Point {
    let (x, y) = apply(Double(point.x), Double(point.y))
    return Point(Float(x), Float(y))
  }

  @inline(__always)
  func apply(_ x: Double, _ y: Double) -> (Double, Double) { (a * x - b * y + tx, b * x + a * y + ty) }

  private static func mean(_ points: [Point]) -> (x: Double, y: Double) {
    let sum = points.reduce((0.0, 0.0)) { ($0.0 + Double($1.x), $0.1 + Double($1.y)) }
    return (sum.0 / Double(points.count), sum.1 / Double(points.count))
  }
}
