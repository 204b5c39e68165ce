import Testing

@testable import Core
@testable import Graph

@Suite struct ConvolutionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var input: [Int]
    var outputChannels: Int
    var kernel: [Int]
    var strides = [1, 1]
    var dilations = [1, 1]
    var pads = [0, 0, 0, 0]
    var groups = 1
    var testDescription: String {
      "\(input)x\(outputChannels) k\(kernel) s\(strides) d\(dilations) p\(pads) g\(groups)"
    }
  }

  static let cases = [
    Case(input: [1, 1, 1, 1], outputChannels: 1, kernel: [1, 1]),
    Case(input: [2, 3, 7, 5], outputChannels: 16, kernel: [3, 3], pads: [1, 1, 1, 1]),
    Case(input: [1, 16, 9, 13], outputChannels: 17, kernel: [3, 3], strides: [2, 1], pads: [0, 1, 2, 0]),
    Case(input: [1, 5, 11, 11], outputChannels: 7, kernel: [1, 7], pads: [0, 3, 0, 3]),
    Case(
      input: [3, 8, 10, 10], outputChannels: 8, kernel: [3, 3], dilations: [2, 3], pads: [2, 3, 2, 3], groups: 8),
    Case(input: [1, 12, 6, 6], outputChannels: 18, kernel: [5, 5], pads: [2, 2, 2, 2], groups: 3),
    Case(input: [1, 64, 14, 14], outputChannels: 48, kernel: [3, 3], pads: [1, 1, 1, 1]),
  ]

  @Test(arguments: cases, [1, 2]) func agreesWithTheSumItStandsFor(_ test: Case, threads: Int) throws {
    var values = Values(seed: test.input.count + test.outputChannels)
    let x = try values.tensor(test.input)
    let weights = try values.tensor([test.outputChannels, test.input[1] / test.groups] + test.kernel)
    let bias = try values.tensor([test.outputChannels])
    let operation = Convolution(
      .init(strides: test.strides, dilations: test.dilations, pads: test.pads, groups: test.groups))
    let y = try runOperator(operation, [x, weights, bias], constants: [1, 2], threads: threads)[0]
    #expect(relativeError(y, oracle(test, x, weights, bias)) < 2e-5)
  }

  /// The definition, in double precision, one output after the other.
  private func oracle(_ test: Case, _ x: Tensor, _ weights: Tensor, _ bias: Tensor) -> [Double] {
    let (n, c, h, w) = (test.input[0], test.input[1], test.input[2], test.input[3])
    let (kh, kw, perGroup) = (test.kernel[0], test.kernel[1], c / test.groups)
    let height = (h + test.pads[0] + test.pads[2] - (kh - 1) * test.dilations[0] - 1) / test.strides[0] + 1
    let width = (w + test.pads[1] + test.pads[3] - (kw - 1) * test.dilations[1] - 1) / test.strides[1] + 1
    let (xs, ws, bs) = (x.values(as: Float.self), weights.values(as: Float.self), bias.values(as: Float.self))
    var result: [Double] = []
    for image in 0..<n {
      for o in 0..<test.outputChannels {
        let first = o / (test.outputChannels / test.groups) * perGroup
        for row in 0..<height {
          for column in 0..<width {
            var sum = Double(bs[o])
            for i in 0..<perGroup {
              for ky in 0..<kh {
                for kx in 0..<kw {
                  let y = row * test.strides[0] + ky * test.dilations[0] - test.pads[0]
                  let z = column * test.strides[1] + kx * test.dilations[1] - test.pads[1]
                  guard (0..<h).contains(y), (0..<w).contains(z) else { continue }
                  let weight = ws[((o * perGroup + i) * kh + ky) * kw + kx]
                  sum += Double(xs[((image * c + first + i) * h + y) * w + z]) * Double(weight)
                }
              }
            }
            result.append(sum)
          }
        }
      }
    }
    return result
  }

  @Test func refusesWeightsThatDoNotFitTheChannels() throws {
    var values = Values(seed: 1)
    let x = try values.tensor([1, 4, 5, 5])
    let weights = try values.tensor([64, 3, 3, 3])
    let wanted = "Conv 'node': weight is [64, 3, 3, 3] in 1 groups but its input has 4 channels (test)"
    #expect(throws: FacenetError(.invalidArgument, wanted)) {
      try runOperator(Convolution(.init()), [x, weights], constants: [1])
    }
  }

  @Test func oneAxisIsAnImageOfOneRow() throws {
    let x = try Tensor([1, 1, 5], [1, 2, 3, 4, 5] as [Float])
    let weights = try Tensor([1, 1, 3], [1, 0, -1] as [Float])
    let y = try runOperator(Convolution(.init(pads: [1, 1])), [x, weights], constants: [1])[0]
    #expect(Array(y.values(as: Float.self)) == [-2, -2, -2, -2, 4])
    #expect(y.shape == [1, 1, 5])
  }
}
