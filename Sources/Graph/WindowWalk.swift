import Glibc

/// Visits every window over channels-last memory of any number of spatial axes: the plain way, for what has no kernel.
struct WindowWalk: Sendable {
  private let window: WindowGeometry
  private let batch: Int
  private let channels: Int
  private let input: [Int]
  private let output: [Int]

  init(_ window: WindowGeometry, input: [Int], output: [Int]) {
    self.window = window
    batch = input[0]
    channels = input[1]
    self.input = Array(input[2...])
    self.output = Array(output[2...])
  }

  private var inputPixels: Int { input.reduce(1, *) }
  private var outputPixels: Int { output.reduce(1, *) }

  /// Calls `body` with the output's offset, image, channel, and the input pixels under the window.
  func forEach(_ body: (_ output: Int, _ image: Int, _ channel: Int, _ pixels: [Int]) -> Void) {
    for place in 0..<outputPixels {
      let pixels = pixels(under: place)
      for image in 0..<batch {
        for channel in 0..<channels {
          body((image * outputPixels + place) * channels + channel, image, channel, pixels)
        }
      }
    }
  }

  func inputOffset(_ image: Int, _ channel: Int, _ pixel: Int) -> Int {
    (image * inputPixels + pixel) * channels + channel
  }

  /// The index that ONNX MaxPool gives: into the whole input in (N, C, spatial) order.
  func position(_ image: Int, _ channel: Int, _ pixel: Int, columnMajor: Bool) -> Int {
    var inside = pixel
    if columnMajor {
      let at = coordinates(pixel, input)
      inside = at.indices.reversed().reduce(0) { $0 * input[$1] + at[$1] }
    }
    return (image * channels + channel) * inputPixels + inside
  }

  /// Window positions that lie inside the input and its pads.
  func paddedCount(_ output: Int) -> Int {
    let start = starts(output / channels % outputPixels)
    return start.indices.reduce(1) { count, axis in
      let end = input[axis] + window.padsAfter[axis]
      return count * (0..<window.kernel[axis]).count { start[axis] + $0 * window.dilations[axis] < end }
    }
  }

  private func coordinates(_ index: Int, _ sizes: [Int]) -> [Int] {
    var (rest, at) = (index, sizes)
    for axis in sizes.indices.reversed() {
      at[axis] = rest % sizes[axis]
      rest /= sizes[axis]
    }
    return at
  }

  private func starts(_ place: Int) -> [Int] {
    let at = coordinates(place, output)
    return at.indices.map { at[$0] * window.strides[$0] - window.padsBefore[$0] }
  }

  private func pixels(under place: Int) -> [Int] {
    let start = starts(place)
    var pixels = [0]
    for axis in input.indices {
      let inside = (0..<window.kernel[axis]).map { start[axis] + $0 * window.dilations[axis] }
        .filter { $0 >= 0 && $0 < input[axis] }
      pixels = pixels.flatMap { outer in inside.map { outer * input[axis] + $0 } }
    }
    return pixels
  }
}

func power(_ value: Double, _ p: Int) -> Double { p == 2 ? value * value : p == 1 ? value : pow(value, Double(p)) }
func root(_ value: Double, _ p: Int) -> Double { pow(value, 1 / Double(p)) }
