/// Visits every window over channels-last memory of any number of spatial axes: the plain way, for what has no kernel.
struct WindowWalk: Sendable {
  private let window: WindowGeometry
  let channels: Int
  private let batch: Int
  private let input: [Int]
  private let output: [Int]

  /// - Parameter window: with explicit pads.
  init(_ window: WindowGeometry, input: [Int], output: [Int]) {
    self.window = window
    batch = input[0]
    channels = input[1]
    self.input = Array(input[2...])
    self.output = Array(output[2...])
  }

  /// One window of one image.
  struct Place {
    let image: Int
    /// Where the output's channels start.
    let output: Int
    /// The pixels of the image under the window.
    let pixels: [Int]
    /// Positions of the window inside the image and its pads; more than an integer may hold.
    let paddedCount: Float
  }

  private var inputPixels: Int { input.reduce(1, *) }
  private var outputPixels: Int { output.reduce(1, *) }

  func forEach(threads: Int, _ body: (Place) -> Void) {
    inParallel(outputPixels, threads: threads, grain: max(1, 4096 / channels)) { range in
      for index in range {
        let (pixels, paddedCount) = pixels(under: index)
        for image in 0..<batch {
          body(
            Place(
              image: image, output: (image * outputPixels + index) * channels, pixels: pixels,
              paddedCount: paddedCount))
        }
      }
    }
  }

  /// Where a pixel's channels start in the input.
  func offset(_ image: Int, _ pixel: Int) -> Int { (image * inputPixels + pixel) * channels }

  /// The index that ONNX MaxPool gives: into the whole input in (N, C, spatial) order.
  func position(_ image: Int, _ channel: Int, _ pixel: Int, columnMajor: Bool) -> Int {
    var inside = pixel
    if columnMajor {
      let at = coordinates(pixel, input)
      inside = at.indices.reversed().reduce(0) { $0 * input[$1] + at[$1] }
    }
    return (image * channels + channel) * inputPixels + inside
  }

  private func coordinates(_ index: Int, _ sizes: [Int]) -> [Int] {
    var (rest, at) = (index, sizes)
    for axis in sizes.indices.reversed() {
      at[axis] = rest % sizes[axis]
      rest /= sizes[axis]
    }
    return at
  }

  private func pixels(under index: Int) -> (pixels: [Int], paddedCount: Float) {
    var (pixels, paddedCount) = ([0], Float(1))
    for (axis, at) in coordinates(index, output).enumerated() {
      let start = at * window.strides[axis] - window.padsBefore[axis]
      let taps = taps(axis, from: start, below: input[axis])
      pixels = pixels.flatMap { outer in
        taps.map { outer * input[axis] + start + $0 * window.dilations[axis] }
      }
      let padded = self.taps(axis, from: start, below: input[axis] + window.padsAfter[axis])
      paddedCount *= Float(padded.upperBound)
    }
    return (pixels, paddedCount)
  }

  /// The window's taps along an axis that lie in 0..<end when it starts at `start`.
  private func taps(_ axis: Int, from start: Int, below end: Int) -> Range<Int> {
    let step = window.dilations[axis]
    let upper = start >= end ? 0 : min(window.kernel[axis], (end - start - 1) / step + 1)
    let lower = start >= 0 ? 0 : min(upper, (step - 1 - start) / step)
    return lower..<upper
  }
}
