/// How the overlap of two boxes is measured.
package enum OverlapMeasure: Sendable {
  /// Intersection over union.
  case union
  /// Intersection over the smaller box.
  case smaller
}

/// The positions of the boxes that no better box overlaps by more than `limit`, best score first.
///
/// Greedy; equal scores keep the order they came in, so that the same boxes always give the same answer.
/// - Parameters:
///   - inclusive: boxes are counted in whole pixels, both edges included: a width is `right - left + 1`.
///   - atMost: only this many of the best boxes are looked at, which bounds the time.
package func nonMaximumSuppression(
  _ boxes: [Box], scores: [Float], limit: Float, measure: OverlapMeasure = .union, inclusive: Bool = false,
  atMost: Int = 5000
) -> [Int] {
  let extra: Float = inclusive ? 1 : 0
  let order = boxes.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(atMost)
  var kept: [(index: Int, box: Box, area: Float)] = []
  for index in order {
    let box = boxes[index]
    let area = (box.width + extra) * (box.height + extra)
    let isCovered = kept.contains { other in
      let width = min(box.right, other.box.right) - max(box.left, other.box.left) + extra
      let height = min(box.bottom, other.box.bottom) - max(box.top, other.box.top) + extra
      guard width > 0, height > 0 else { return false }
      let shared = width * height
      let whole = measure == .union ? area + other.area - shared : min(area, other.area)
      return shared > limit * whole
    }
    if !isCovered { kept.append((index, box, area)) }
  }
  return kept.map(\.index)
}

extension [Face] {
  /// The faces that no better face overlaps by more than `limit` (intersection over union), best score first.
  package func suppressed(limit: Float) -> [Face] {
    nonMaximumSuppression(map(\.box), scores: map(\.score), limit: limit).map { self[$0] }
  }
}
