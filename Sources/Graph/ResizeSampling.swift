/// Which input positions make up an output position when an axis is resampled (ONNX specification of `Resize`).
package struct ResizeSampling: Sendable, Hashable {
  package enum Method: Sendable, Hashable {
    case nearest(Rounding)
    case linear
    /// Keys' cubic with its parameter a: "Cubic Convolution Interpolation for Digital Image Processing" (1981), eq. 4.
    case cubic(a: Float)
  }

  package enum Rounding: Sendable, Hashable { case preferFloor, preferCeiling, floor, ceiling }

  /// How an output coordinate becomes an input coordinate.
  package enum Coordinates: Sendable, Hashable {
    case halfPixel, halfPixelSymmetric, pytorchHalfPixel, alignCorners, asymmetric, halfPixelForNearest, cropAndResize
  }

  package struct Tap: Sendable, Hashable {
    package var position: Int
    package var weight: Float
  }

  package let method: Method
  package let coordinates: Coordinates
  /// Positions outside the axis weigh nothing; otherwise they show the edge.
  package let excludesOutside: Bool
  /// Shrinking averages over all it covers.
  package let antialiases: Bool
  /// What cropping shows outside the axis.
  package let outsideValue: Float

  package init(
    _ method: Method, coordinates: Coordinates, excludesOutside: Bool = false, antialiases: Bool = false,
    outsideValue: Float = 0
  ) {
    self.method = method
    self.coordinates = coordinates
    self.excludesOutside = excludesOutside
    self.antialiases = antialiases
    self.outsideValue = outsideValue
  }

  /// The taps of every output position; none where only the outside shows.
  func taps(input: Int, output: Int, scale: Double, region: (start: Double, end: Double)) -> [[Tap]] {
    (0..<output).map { position in
      let x = coordinate(Double(position), Double(input), Double(output), scale, region)
      if coordinates == .cropAndResize && (x < 0 || x > Double(input - 1)) { return [] }
      return merged(weights(x, scale), input)
    }
  }

  private func coordinate(
    _ x: Double, _ input: Double, _ output: Double, _ scale: Double, _ region: (start: Double, end: Double)
  ) -> Double {
    let length = scale * input
    switch coordinates {
    case .halfPixel: return (x + 0.5) / scale - 0.5
    case .halfPixelSymmetric: return input / 2 * (1 - output / length) + (x + 0.5) / scale - 0.5
    case .pytorchHalfPixel: return length == 1 ? -0.5 : (x + 0.5) / scale - 0.5
    case .alignCorners: return length == 1 ? 0 : x * (input - 1) / (length - 1)
    case .asymmetric: return x / scale
    case .halfPixelForNearest: return (x + 0.5) / scale
    case .cropAndResize:
      let span = region.end - region.start
      return length == 1
        ? (region.start + region.end) / 2 * (input - 1)
        : region.start * (input - 1) + x * span * (input - 1) / (length - 1)
    }
  }

  /// Positions around x, possibly outside, and their weights.
  private func weights(_ x: Double, _ scale: Double) -> [(position: Int, weight: Double)] {
    // A region of a file may lie anywhere, or nowhere.
    let x = x.isNaN ? 0 : max(-0x1p32, min(0x1p32, x))
    let base = Int(x.rounded(.down))
    let ratio = x - Double(base)
    let shrink = antialiases ? min(scale, 1) : 1
    switch method {
    case .nearest(let rounding): return [(nearest(base, ratio, rounding), 1)]
    case .linear:
      return spread(base, ratio, shrink, reach: 1) { max(0, 1 - $0) }
    case .cubic(let a):
      return spread(base, ratio, shrink, reach: 2) { cubic($0, Double(a)) }
    }
  }

  private func nearest(_ base: Int, _ ratio: Double, _ rounding: Rounding) -> Int {
    switch rounding {
    case .floor: base
    case .ceiling: ratio > 0 ? base + 1 : base
    case .preferFloor: ratio > 0.5 ? base + 1 : base
    case .preferCeiling: ratio >= 0.5 ? base + 1 : base
    }
  }

  private func spread(
    _ base: Int, _ ratio: Double, _ shrink: Double, reach: Double, _ kernel: (Double) -> Double
  ) -> [(position: Int, weight: Double)] {
    let first = Int((-reach / shrink).rounded(.down)) + 1
    let last = shrink == 1 ? Int(reach) : 1 - first
    let taps = (first...last).map { (position: base + $0, weight: kernel(abs(Double($0) - ratio) * shrink)) }
    let sum = taps.reduce(0) { $0 + $1.weight }
    return shrink == 1 ? taps : taps.map { ($0.position, $0.weight / sum) }
  }

  private func merged(_ taps: [(position: Int, weight: Double)], _ size: Int) -> [Tap] {
    var taps = taps
    if excludesOutside {
      taps.removeAll { $0.position < 0 || $0.position >= size }
      let sum = taps.reduce(0) { $0 + $1.weight }
      taps = taps.map { ($0.position, sum == 0 ? 0 : $0.weight / sum) }
    }
    var weights: [Int: Double] = [:]
    for tap in taps { weights[max(0, min(size - 1, tap.position)), default: 0] += tap.weight }
    return weights.sorted { $0.key < $1.key }.filter { $0.value != 0 }
      .map { Tap(position: $0.key, weight: Float($0.value)) }
  }
}

private func cubic(_ x: Double, _ a: Double) -> Double {
  if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
}
