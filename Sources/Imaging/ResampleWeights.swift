/// For each output pixel along one axis, which source pixels it is made of and in what shares.
///
/// Pixel i covers [i, i + 1): output pixel o looks at the place `(o + 0.5) * source / target` of the source.
struct ResampleWeights {
  /// Window o holds source pixels `first[o] ..< first[o] + count[o]`, weights at `start[o]...`, which sum to 1.
  private(set) var first: [Int] = []
  private(set) var count: [Int] = []
  private(set) var start: [Int] = []
  private(set) var weights: [Float] = []

  init(source: Int, target: Int, filter: ResampleFilter) {
    let ratio = Double(source) / Double(target)
    for output in 0..<target {
      let window =
        switch filter {
        case .triangle: Self.triangle(output, ratio, source)
        case .windowMean: Self.mean(output, source, target)
        }
      first.append(window.first)
      count.append(window.weights.count)
      start.append(weights.count)
      let sum = window.weights.reduce(0, +)
      for weight in window.weights { weights.append(Float(weight / sum)) }
    }
  }

  /// A triangle as wide as two output pixels when shrinking and as two source pixels (bilinear) when enlarging.
  private static func triangle(_ output: Int, _ ratio: Double, _ source: Int) -> (first: Int, weights: [Double]) {
    let centre = (Double(output) + 0.5) * ratio
    let reach = max(ratio, 1)
    let first = max(Int((centre - reach).rounded(.down)), 0)
    let end = min(Int((centre + reach).rounded(.up)), source)
    let weights = (first..<end).map { max(0, 1 - abs(Double($0) + 0.5 - centre) / reach) }
    return (first, weights)
  }

  /// Every source pixel that the output pixel touches, in equal shares.
  private static func mean(_ output: Int, _ source: Int, _ target: Int) -> (first: Int, weights: [Double]) {
    let first = output * source / target
    let end = ((output + 1) * source + target - 1) / target
    return (first, [Double](repeating: 1, count: end - first))
  }
}

/// How source pixels are mixed into an output pixel.
package enum ResampleFilter: Sendable {
  /// Antialiased when shrinking, bilinear when enlarging.
  case triangle
  /// The plain mean of all source pixels that an output pixel touches ("adaptive average pooling").
  case windowMean
}
