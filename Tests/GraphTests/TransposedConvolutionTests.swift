import Kernels
import Testing

@testable import Core
@testable import Graph

@Suite struct TransposedConvolutionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var input: [Int]
    /// (C, M / groups, spatial kernel)
    var weights: [Int]
    var strides: [Int]
    var dilations: [Int]? = nil
    var pads: [Int]? = nil
    var extra: [Int]? = nil
    var groups = 1
    var testDescription: String { "\(input) w\(weights) s\(strides) d\(dilations ?? []) p\(pads ?? []) g\(groups)" }
  }

  static let cases = [
    Case(input: [1, 1, 1], weights: [1, 1, 1], strides: [1]),
    Case(input: [2, 3, 7], weights: [3, 5, 4], strides: [3], pads: [1, 2], extra: [2]),
    Case(input: [1, 17, 4, 5], weights: [17, 3, 2, 2], strides: [2, 2]),
    Case(input: [2, 16, 3, 7], weights: [16, 17, 3, 3], strides: [2, 1], pads: [1, 0, 1, 2], extra: [1, 0]),
    Case(input: [1, 4, 5, 3], weights: [4, 2, 3, 2], strides: [1, 3], dilations: [2, 3], pads: [2, 1, 0, 1]),
    Case(input: [2, 16, 6, 5], weights: [16, 1, 4, 4], strides: [2, 2], pads: [1, 1, 1, 1], groups: 16),
    Case(input: [1, 6, 4, 4], weights: [6, 3, 3, 3], strides: [2, 2], pads: [1, 1, 1, 1], groups: 3),
    Case(input: [1, 6, 4, 4], weights: [6, 2, 3, 3], strides: [4, 5], groups: 6),
    Case(input: [2, 3, 2, 3, 4], weights: [3, 2, 3, 2, 2], strides: [2, 1, 3], pads: [1, 0, 1, 0, 1, 0]),
    Case(input: [1, 32, 24, 31], weights: [32, 24, 2, 2], strides: [2, 2]),
  ]

  /// The definition: every input element spread over the output, in double precision.
  private func oracle(_ test: Case, _ output: [Int], _ x: Tensor, _ w: Tensor, _ bias: Tensor, _ before: [Int])
    -> [Double]
  {
    let rank = test.strides.count
    let (channels, perGroup) = (test.input[1], test.weights[1])
    let pixels = test.input[2...].reduce(1, *)
    let (taps, outputPixels) = (test.weights[2...].reduce(1, *), output[2...].reduce(1, *))
    let (xs, ws, bs) = (x.values(as: Float.self), w.values(as: Float.self), bias.values(as: Float.self))
    var result = (0..<output.reduce(1, *)).map { Double(bs[$0 / outputPixels % output[1]]) }
    for image in 0..<test.input[0] {
      for c in 0..<channels {
        let group = c / (channels / test.groups)
        for pixel in 0..<pixels {
          for tap in 0..<taps {
            var (rest, tapRest, place, step, inside) = (pixel, tap, 0, 1, true)
            for axis in (0..<rank).reversed() {
              let at = rest % test.input[axis + 2] * test.strides[axis] - before[axis]
              let position = at + tapRest % test.weights[axis + 2] * (test.dilations?[axis] ?? 1)
              rest /= test.input[axis + 2]
              tapRest /= test.weights[axis + 2]
              inside = inside && position >= 0 && position < output[axis + 2]
              place += position * step
              step *= output[axis + 2]
            }
            guard inside else { continue }
            let value = Double(xs[(image * channels + c) * pixels + pixel])
            for m in 0..<perGroup {
              let channel = group * perGroup + m
              result[(image * output[1] + channel) * outputPixels + place] +=
                value * Double(ws[(c * perGroup + m) * taps + tap])
            }
          }
        }
      }
    }
    return result
  }

  private func tensors(_ test: Case) throws -> (x: Tensor, weights: Tensor, bias: Tensor) {
    var values = Values(seed: test.input.reduce(0, +))
    return (
      try values.tensor(test.input), try values.tensor(test.weights),
      try values.tensor([test.weights[1] * test.groups])
    )
  }

  @Test(arguments: cases) func spreadsItsInput(_ test: Case) throws {
    let (x, weights, bias) = try tensors(test)
    let operation = TransposedConvolution(
      .init(strides: test.strides, dilations: test.dilations, pads: test.pads, groups: test.groups),
      outputPadding: test.extra)
    let rank = test.strides.count
    let pads = test.pads ?? [Int](repeating: 0, count: 2 * rank)
    let sizes = (0..<rank).map { axis -> Int in
      let extent = (test.weights[axis + 2] - 1) * (test.dilations?[axis] ?? 1) + 1
      let last = test.strides[axis] * (test.input[axis + 2] - 1)
      return last + extent + (test.extra?[axis] ?? 0) - pads[axis] - pads[axis + rank]
    }
    let shape = [test.input[0], test.weights[1] * test.groups] + sizes
    let expected = oracle(test, shape, x, weights, bias, Array(pads[..<rank]))
    for layout in [Layout.plain, .channelsLast] {
      for threads in [1, 3] {
        let y = try runOperator(
          operation, [x, weights, bias], constants: [1, 2], threads: threads, layout: layout)[0]
        #expect(y.shape == shape)
        #expect(relativeError(y, expected) < 2e-6)
      }
    }
    let folded = try runOperator(operation, [x, weights, bias], constants: [0, 1, 2])[0]
    #expect(relativeError(folded, expected) < 2e-6)
  }

  @Test(arguments: [WindowGeometry.AutoPad.notSet, .sameUpper, .sameLower, .valid])
  func padsToTheShapeWanted(autoPad: WindowGeometry.AutoPad) throws {
    let test = Case(input: [1, 3, 4, 5], weights: [3, 2, 4, 3], strides: [2, 3])
    let (x, weights, bias) = try tensors(test)
    for wanted in [nil, [9, 15], [10, 14], [5, 7], [13, 18], [1, 2, 13, 18]] as [[Int]?] {
      let full = [10, 15]
      let same = autoPad == .sameUpper || autoPad == .sameLower
      let sizes = wanted.map { Array($0.suffix(2)) } ?? (same ? [8, 15] : full)
      let before = (0..<2).map { axis -> Int in
        let excess = max(0, full[axis] - sizes[axis])
        return autoPad == .sameUpper ? excess / 2 : (excess + 1) / 2
      }
      let operation = TransposedConvolution(.init(strides: test.strides, autoPad: autoPad), outputShape: wanted)
      let y = try runOperator(operation, [x, weights, bias], constants: [1, 2])[0]
      #expect(y.shape == [1, 2] + sizes)
      #expect(relativeError(y, oracle(test, [1, 2] + sizes, x, weights, bias, before)) < 2e-6)
    }
  }

  @Test(arguments: [Activation.relu, .leakyRelu(0.2), .clip(-0.5, 0.25), .prelu([0.1, -2]), .prelu([0.3])])
  func absorbsWhatFollows(activation: Activation) throws {
    let test = Case(input: [2, 4, 3, 3], weights: [4, 1, 2, 2], strides: [2, 2], groups: 2)
    let (x, weights, bias) = try tensors(test)
    let plain = TransposedConvolution(.init(strides: [2, 2], groups: 2))
    let affine = ChannelAffine(scale: [2, -3], shift: [0.5, 1])
    let old = Operand(weights.type, constant: weights)
    let (scaled, shifted) = try #require(try plain.absorbing(affine, weights: old, bias: bias))
    let fused = try #require(plain.absorbing(activation))
    #expect(fused.absorbing(activation) == nil)
    let y = try runOperator(fused, [x, scaled, shifted], constants: [1, 2])[0]
    let expected = oracle(test, y.shape, x, weights, bias, [0, 0]).enumerated().map { index, value in
      let channel = index / 36 % 2
      return Double(activation(Float(value) * affine.scale[channel] + affine.shift[channel], channel: channel))
    }
    #expect(relativeError(y, expected) < 2e-6)
  }

  @Test func refusesWhatCannotBe() throws {
    var values = Values(seed: 1)
    let (x, weights) = (try values.tensor([1, 4, 3, 3]), try values.tensor([4, 2, 3, 3]))
    let refused: [TransposedConvolution] = [
      .init(.init(groups: 3)), .init(.init(groups: 0)), .init(.init(groups: -1)), .init(.init(groups: 1 << 62)),
      .init(.init(kernel: [2, 2])), .init(.init(strides: [1 << 30, 1 << 30])), .init(.init(strides: [0, 1])),
      .init(.init(pads: [9, 9, 9, 9])), .init(.init(pads: [1 << 62, 0, 0, 0])),
      .init(.init(), outputPadding: [-1, 0]), .init(.init(), outputPadding: [1 << 62, 0]),
      .init(.init(), outputShape: [0, 4]), .init(.init(), outputShape: [-1, 4]), .init(.init(), outputShape: [4]),
      .init(.init(), outputShape: [1 << 62, 1 << 62]), .init(.init(), outputShape: [1 << 35, 1 << 35]),
    ]
    for operation in refused {
      #expect(throws: FacenetError.self, "\(operation)") {
        try runOperator(operation, [x, weights], constants: [1])
      }
    }
    let wrong = FacenetError(
      .invalidArgument,
      "ConvTranspose 'node': weight is [3, 2, 3, 3] in 1 groups but its input has 4 channels (test)")
    #expect(throws: wrong) {
      try runOperator(TransposedConvolution(.init()), [x, try values.tensor([3, 2, 3, 3])], constants: [1])
    }
    #expect(throws: FacenetError.self) {
      try runOperator(TransposedConvolution(.init()), [x, weights, try values.tensor([3])], constants: [1, 2])
    }
  }
}
