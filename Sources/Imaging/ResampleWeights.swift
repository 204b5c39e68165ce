/// For each output pixel along one axis, which source pixels it is made of and in what shares.
///
/// Pixel i covers [i, i + 1): output pixel o looks at the place `(o + 0.5) * source / target` of the source.
struct ResampleWeights {
  /// Source pixels `first ..< first + count`, with weights from `start` on, which sum to 1.
  struct Window {
    let first: Int
    let count: Int
    let start: Int
  }

  private(set) var windows: [Window] = []
  private(set) var weights: [Float] = []

  init(source: Int, target: Int, filter: ResampleFilter) {
    let ratio = Double(source) / Double(target)
    windows.reserveCapacity(target)
    for output in 0..<target {
      let (first, shares) =
        switch filter {
        case .triangle: Self.triangle(output, ratio, source)
        case .windowMean: Self.mean(output, source, target)
        }
      windows.append(Window(first: first, count: shares.count, start: weights.count))
      let sum = shares.reduce(0, +)
      for share in shares { weights.append(Float(share / sum)) }
    }
  }

  /// Lends windows and weights without bounds checks to the loop over an output row.
  func withWindows(_ body: (UnsafeBufferPointer<Window>, UnsafePointer<Float>) -> Void) {
    windows.withUnsafeBufferPointer { windows in
      weights.withUnsafeBufferPointer { weights in
        guard let base = weights.baseAddress else { return }
        body(windows, base)
      }
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
