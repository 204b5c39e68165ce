import Kernels
import Testing

@Suite struct ElementwiseTests {
  static let unary: [UnaryOperation] = [
    .absolute, .negative, .reciprocal, .squareRoot, .exponential, .logarithm, .hyperbolicTangent, .errorFunction,
    .sigmoid, .relu, .leakyRelu(slope: 0.25), .clip(-0.5, 0.75), .hardSigmoid(slope: 0.2, offset: 0.5), .hardSwish,
    .gelu, .geluTangent,
  ]

  @Test(arguments: Table.all, unary) func unaryFollowsItsDefinition(table: Table, operation: UnaryOperation) {
    for count in awkwardCounts {
      var noise = Noise(seed: count)
      let positive = [.squareRoot, .logarithm, .reciprocal].contains(operation)
      let input = noise.array(count, positive ? 0.01...8 : -4...4)
      let output = Guarded(count)
      let source = Guarded(input)
      Elementwise.run(operation, source.pointer, into: output.pointer, count: count, kernels: table.kernels)
      for i in 0..<count {
        let exact = Reference.value(operation, input[i])
        #expect(abs(output.pointer[i] - exact) <= 2e-6 * max(abs(exact), 0.1), "\(input[i]) of \(count)")
      }
      #expect(output.isIntactOutside)
      Elementwise.run(operation, source.pointer, into: source.pointer, count: count, kernels: table.kernels)
      #expect(source.values == output.values && source.isIntactOutside, "in place")
    }
  }

  @Test(arguments: Table.all, BinaryOperation.allCases)
  func binaryFollowsItsDefinition(table: Table, operation: BinaryOperation) {
    for count in awkwardCounts {
      var noise = Noise(seed: count + 1000)
      let a = Guarded(noise.array(count, -8...8))
      let b = Guarded(noise.array(count, 0.25...8))
      let outputs = (0..<3).map { _ in Guarded(count) }
      Elementwise.run(
        operation, a.pointer, b.pointer, into: outputs[0].pointer, count: count, kernels: table.kernels)
      Elementwise.run(operation, a.pointer, 1.5, into: outputs[1].pointer, count: count, kernels: table.kernels)
      Elementwise.run(operation, 1.5, b.pointer, into: outputs[2].pointer, count: count, kernels: table.kernels)
      for i in 0..<count {
        #expect(outputs[0].pointer[i] == Reference.value(operation, a.pointer[i], b.pointer[i]))
        #expect(outputs[1].pointer[i] == Reference.value(operation, a.pointer[i], 1.5))
        #expect(outputs[2].pointer[i] == Reference.value(operation, 1.5, b.pointer[i]))
      }
      #expect(outputs.allSatisfy { $0.isIntactOutside })
    }
  }

  @Test(arguments: Table.all, [BinaryOperation.minimum, .maximum])
  func extremesPassNaNOn(table: Table, operation: BinaryOperation) {
    let a: [Float] = [.nan, 1, .nan, .infinity, -.infinity, 0]
    let b: [Float] = [1, .nan, .nan, 2, 3, 0]
    var output = [Float](repeating: 0, count: 6)
    Elementwise.run(operation, a, b, into: &output, count: 6, kernels: table.kernels)
    #expect(output[0..<3].allSatisfy { $0.isNaN })
    #expect(Array(output[3...]) == (operation == .minimum ? [2, -.infinity, 0] : [.infinity, 3, 0]))
  }

  @Test(arguments: Table.all) func multiplyAdds(table: Table) {
    for count in awkwardCounts {
      var noise = Noise(seed: count)
      let a = Guarded(noise.array(count))
      let b = Guarded(noise.array(count))
      let c = Guarded(noise.array(count))
      let output = Guarded(count)
      let scaled = Guarded(count)
      Elementwise.multiplyAdd(
        a.pointer, b.pointer, c.pointer, into: output.pointer, count: count, kernels: table.kernels)
      Elementwise.multiplyAdd(a.pointer, 3, c.pointer, into: scaled.pointer, count: count, kernels: table.kernels)
      for i in 0..<count {
        #expect(abs(output.pointer[i] - (a.pointer[i] * b.pointer[i] + c.pointer[i])) < 3e-7)
        #expect(abs(scaled.pointer[i] - (a.pointer[i] * 3 + c.pointer[i])) < 1e-6)
      }
      #expect(output.isIntactOutside && scaled.isIntactOutside)
    }
  }

  @Test(arguments: Table.all, [1, 3, 5, 8, 16, 17, 37])
  func channelConstantsFollowTheirChannel(table: Table, channels: Int) {
    let pixels = 7
    let (inputStride, outputStride) = (channels + 3, channels + 2)
    var noise = Noise(seed: channels)
    let input = Guarded(noise.array(pixels * inputStride))
    let scale = Guarded(noise.array(channels))
    let shift = Guarded(noise.array(channels))
    let output = Guarded(pixels * outputStride)
    func check(_ definition: (Float, Int) -> Float) {
      for i in 0..<pixels * outputStride {
        let (pixel, channel) = (i / outputStride, i % outputStride)
        let value =
          channel < channels ? definition(input.pointer[pixel * inputStride + channel], channel) : Guarded.mark
        #expect(abs(output.pointer[i] - value) < 3e-7)
      }
      #expect(output.isIntactOutside)
    }
    Channelwise.scaleAndShift(
      pixels: pixels, channels: channels, input: input.pointer, inputStride: inputStride, scale: scale.pointer,
      shift: shift.pointer, output: output.pointer, outputStride: outputStride, kernels: table.kernels)
    check { $0 * scale.pointer[$1] + shift.pointer[$1] }
    Channelwise.prelu(
      pixels: pixels, channels: channels, input: input.pointer, inputStride: inputStride, slopes: scale.pointer,
      output: output.pointer, outputStride: outputStride, kernels: table.kernels)
    check { $0 < 0 ? $0 * scale.pointer[$1] : $0 }
    Channelwise.run(
      .subtract, pixels: pixels, channels: channels, input: input.pointer, inputStride: inputStride,
      values: scale.pointer, output: output.pointer, outputStride: outputStride, kernels: table.kernels)
    check { $0 - scale.pointer[$1] }
  }

  @Test(arguments: Table.all) func dequantizes(table: Table) {
    let unsigned = (0...255).map { UInt8($0) }
    let signed = unsigned.map { Int8(bitPattern: $0) }
    for count in [1, 7, 8, 9, 17, 255, 256] {
      let output = Guarded(count)
      Quantization.dequantize(
        unsigned, zero: 113, scale: 0.031, into: output.pointer, count: count, kernels: table.kernels)
      #expect(output.values == unsigned[..<count].map { (Float($0) - 113) * 0.031 })
      Quantization.dequantize(signed, zero: -7, scale: 0.5, into: output.pointer, count: count, kernels: table.kernels)
      #expect(output.values == signed[..<count].map { (Float($0) + 7) * 0.5 })
      #expect(output.isIntactOutside)
    }
  }
}
