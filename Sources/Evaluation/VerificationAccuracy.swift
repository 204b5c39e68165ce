/// The distance measured for a pair and what is true of it.
package struct PairDistance: Sendable, Hashable {
  /// nil where a photograph shows no face; such a pair counts as wrongly judged whatever the threshold.
  package let distance: Float?
  package let isSame: Bool

  package init(distance: Float?, isSame: Bool) {
    self.distance = distance
    self.isSame = isSame
  }

  func isRight(_ threshold: Float) -> Bool {
    guard let distance else { return false }
    return (distance <= threshold) == isSame
  }
}

/// The accuracy of verdicts by a threshold that was chosen on other people.
///
/// For each fold the threshold is the one with most right verdicts on all other folds; reported are the mean over folds
/// and its standard error. Source: Huang et al., "Labeled Faces in the Wild", 2007, section "View 2".
package struct CrossValidation: Sendable, Hashable {
  /// The share of right verdicts, a fold.
  package let accuracies: [Double]
  /// The threshold used for each fold.
  package let thresholds: [Float]

  /// nil for fewer than two folds, since a threshold chosen on the pairs it is tested on proves nothing.
  package init?(_ folds: [[PairDistance]]) {
    guard folds.count >= 2, folds.allSatisfy({ !$0.isEmpty }) else { return nil }
    var accuracies: [Double] = []
    var thresholds: [Float] = []
    for (index, fold) in folds.enumerated() {
      let others = folds.enumerated().filter { $0.offset != index }.flatMap(\.element)
      let threshold = bestThreshold(others)
      thresholds.append(threshold)
      accuracies.append(accuracy(fold, threshold: threshold))
    }
    self.accuracies = accuracies
    self.thresholds = thresholds
  }

  package var mean: Double { accuracies.reduce(0, +) / Double(accuracies.count) }

  /// The sample standard deviation over the folds divided by the root of their number.
  package var standardError: Double {
    let square = accuracies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (square / Double(accuracies.count - 1) / Double(accuracies.count)).squareRoot()
  }

  package var meanThreshold: Float { thresholds.reduce(0, +) / Float(thresholds.count) }
}

/// The share of pairs that a threshold judges rightly.
package func accuracy(_ pairs: [PairDistance], threshold: Float) -> Double {
  Double(pairs.count { $0.isRight(threshold) }) / Double(max(1, pairs.count))
}

/// The threshold with most right verdicts: of all that are equally good, the middle of the widest gap between two
/// neighbouring distances, the smaller one of equally wide gaps.
package func bestThreshold(_ pairs: [PairDistance]) -> Float {
  let sorted = pairs.compactMap { pair in pair.distance.map { (distance: $0, isSame: pair.isSame) } }
    .sorted { ($0.distance, $0.isSame ? 0 : 1) < ($1.distance, $1.isSame ? 0 : 1) }
  guard let last = sorted.last else { return 0 }
  var right = sorted.count { !$0.isSame }
  var best = (right: right, gap: sorted[0].distance, threshold: sorted[0].distance / 2)
  for (index, pair) in sorted.enumerated() {
    right += pair.isSame ? 1 : -1
    let next = index + 1 < sorted.count ? sorted[index + 1].distance : last.distance
    let gap = next - pair.distance
    guard gap > 0 || index + 1 == sorted.count else { continue }
    if (right, gap) > (best.right, best.gap) { best = (right, gap, pair.distance + gap / 2) }
  }
  return best.threshold
}
