import Core
import Kernels

/// Weights of a transposed convolution as matrices (C / groups, taps x M / groups), one a group; or as (taps, C) where
/// every channel is its own group.
final class TransposedWeights: Sendable {
  let groups: Int
  let taps: Int
  /// Input and output channels of one group.
  let inner: Int
  let outer: Int
  let products: [MatrixProduct]
  let depthwise: [Float]

  var isDepthwise: Bool { products.isEmpty }

  /// Floats that weights of this shape take up.
  static func count(_ shape: [Int], groups: Int) -> Int {
    let (inner, outer, taps) = (shape[0] / groups, shape[1], shape[2...].reduce(1, *))
    return groups * (inner > 1 || outer > 1 ? MatrixProduct.packedCount(inner: inner, columns: taps * outer) : taps)
  }

  init(_ weights: Tensor, groups: Int) throws(FacenetError) {
    let (inner, outer, taps) = (
      weights.shape[0] / groups, weights.shape[1], weights.shape[2...].reduce(1, *)
    )
    self.groups = groups
    self.taps = taps
    self.inner = inner
    self.outer = outer
    let source = weights.values(as: Float.self)
    guard inner > 1 || outer > 1 else {
      products = []
      depthwise = (0..<taps * groups).map { source[$0 % groups * taps + $0 / groups] }
      return
    }
    depthwise = []
    products = try (0..<groups).map { group throws(FacenetError) in
      let matrix = (0..<inner * taps * outer).map { index in
        let (c, tap, m) = (index / (taps * outer), index / outer % taps, index % outer)
        return source[((group * inner + c) * outer + m) * taps + tap]
      }
      return try matrix.withUnsafeBufferPointer { matrix throws(FacenetError) in
        try MatrixProduct(inner: inner, columns: taps * outer, matrix: matrix)
      }
    }
  }
}

/// The loops of a transposed convolution over channels-last memory, any number of spatial axes up to three taken as
/// depth, height and width.
///
/// A task owns some lines of the output (all pixels of one depth and height) and gathers what input lines spread there.
struct TransposedLoops: Sendable {
  private let weights: TransposedWeights
  private let batch: Int
  private let input: [Int]
  private let output: [Int]
  private let kernel: [Int]
  private let strides: [Int]
  private let dilations: [Int]
  private let pads: [Int]
  private let bands: Int
  /// Input pixels whose products are held at once.
  private let chunk: Int

  init(
    weights: TransposedWeights, input: [Int], output: [Int], window: WindowGeometry, padsBefore: [Int], threads: Int
  ) {
    let missing = 3 - window.rank
    let padded = { (values: ArraySlice<Int>, filler: Int) in [Int](repeating: filler, count: missing) + values }
    self.weights = weights
    batch = input[0]
    self.input = padded(input[2...], 1)
    self.output = padded(output[2...], 1)
    kernel = padded(window.kernel[...], 1)
    strides = padded(window.strides[...], 1)
    dilations = padded(window.dilations[...], 1)
    pads = padded(padsBefore[...], 0)
    let lines = self.output[0] * self.output[1]
    let work = output.reduce(1, *) / max(1, batch) * weights.inner
    bands = max(1, min(threads, lines, work / (1 << 14)))
    chunk = max(1, min(self.input[2], (1 << 16) / (weights.taps * weights.outer)))
  }

  private var channels: Int { weights.groups * weights.outer }
  private var inputChannels: Int { weights.groups * weights.inner }
  private var scratchCount: Int { weights.isDepthwise ? 0 : chunk * weights.taps * weights.outer }
  var scratchBytes: Int { bands * scratchCount * MemoryLayout<Float>.stride }

  func run(
    _ x: UnsafePointer<Float>, bias: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, activation: Activation
  ) {
    let lines = output[0] * output[1]
    ThreadPool.shared.run(tasks: bands, threads: bands) { band in
      let range = band * lines / bands..<(band + 1) * lines / bands
      for image in 0..<batch {
        let target = y + image * lines * output[2] * channels
        let own = target + range.lowerBound * output[2] * channels
        fill(own, pixels: range.count * output[2], bias)
        let source = x + image * input.reduce(1, *) * inputChannels
        spread(source, target, range, scratch + band * scratchCount)
        activation.apply(to: own, pixels: range.count * output[2], channels: channels)
      }
    }
  }

  private func fill(_ y: UnsafeMutablePointer<Float>, pixels: Int, _ bias: UnsafePointer<Float>?) {
    guard let bias else { return y.update(repeating: 0, count: pixels * channels) }
    for pixel in 0..<pixels { (y + pixel * channels).update(from: bias, count: channels) }
  }

  private func spread(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ range: Range<Int>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    for line in 0..<input[0] * input[1] {
      let hits = lineTaps(line, range)
      guard !hits.isEmpty else { continue }
      let pixels = x + line * input[2] * inputChannels
      if weights.isDepthwise {
        for hit in hits { spreadDepthwise(pixels, y, hit) }
        continue
      }
      for first in stride(from: 0, to: input[2], by: chunk) {
        let count = min(chunk, input[2] - first)
        for group in 0..<weights.groups {
          weights.products[group].run(
            rows: count, input: pixels + first * inputChannels + group * weights.inner, inputStride: inputChannels,
            output: scratch, outputStride: weights.taps * weights.outer)
          for hit in hits { add(scratch, y + group * weights.outer, hit, first, count) }
        }
      }
    }
  }

  /// A row of taps and the line of the output on which an input line puts it.
  private struct LineTap {
    let tap: Int
    let line: Int
  }

  private func lineTaps(_ line: Int, _ range: Range<Int>) -> [LineTap] {
    var hits: [LineTap] = []
    for depth in 0..<kernel[0] {
      let z = line / input[1] * strides[0] + depth * dilations[0] - pads[0]
      guard z >= 0, z < output[0] else { continue }
      for height in 0..<kernel[1] {
        let row = line % input[1] * strides[1] + height * dilations[1] - pads[1]
        guard row >= 0, row < output[1], range.contains(z * output[1] + row) else { continue }
        hits.append(LineTap(tap: (depth * kernel[1] + height) * kernel[2], line: z * output[1] + row))
      }
    }
    return hits
  }

  private func add(
    _ products: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ hit: LineTap, _ first: Int, _ count: Int
  ) {
    for pixel in 0..<count {
      let row = products + (pixel * weights.taps + hit.tap) * weights.outer
      let start = (first + pixel) * strides[2] - pads[2]
      for tap in 0..<kernel[2] {
        let column = start + tap * dilations[2]
        guard column >= 0, column < output[2] else { continue }
        let target = y + (hit.line * output[2] + column) * channels
        Elementwise.run(.add, target, row + tap * weights.outer, into: target, count: weights.outer)
      }
    }
  }

  private func spreadDepthwise(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ hit: LineTap) {
    weights.depthwise.withUnsafeBufferPointer { taps in
      for pixel in 0..<input[2] {
        for tap in 0..<kernel[2] {
          let column = pixel * strides[2] - pads[2] + tap * dilations[2]
          guard column >= 0, column < output[2] else { continue }
          let target = y + (hit.line * output[2] + column) * channels
          Elementwise.multiplyAdd(
            x + pixel * channels, taps.baseAddress! + (hit.tap + tap) * channels, UnsafePointer(target),
            into: target, count: channels)
        }
      }
    }
  }
}

extension Activation {
  /// Applies it in place to channels-last pixels.
  fileprivate func apply(to y: UnsafeMutablePointer<Float>, pixels: Int, channels: Int) {
    switch self {
    case .none: break
    case .relu: Elementwise.run(.relu, y, into: y, count: pixels * channels)
    case .leakyRelu(let slope): Elementwise.run(.leakyRelu(slope: slope), y, into: y, count: pixels * channels)
    case .clip(let low, let high): Elementwise.run(.clip(low, high), y, into: y, count: pixels * channels)
    case .prelu(let slopes) where slopes.count == 1:
      Elementwise.run(.leakyRelu(slope: slopes[0]), y, into: y, count: pixels * channels)
    case .prelu(let slopes):
      slopes.withUnsafeBufferPointer {
        Channelwise.prelu(
          pixels: pixels, channels: channels, input: y, inputStride: channels, slopes: $0.baseAddress!, output: y,
          outputStride: channels)
      }
    }
  }
}
