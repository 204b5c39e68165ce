import Kernels
import Testing

/// Pools of every table against their definition, on slices of wider buffers.
@Suite struct PoolingTests {
  static let poolings: [Pooling] = [
    Pooling(.maximum, kernelHeight: 2, kernelWidth: 2, strideHeight: 2, strideWidth: 2),
    Pooling(.maximum, kernelHeight: 3, kernelWidth: 3, strideHeight: 2, strideWidth: 2, padTop: 1, padLeft: 1),
    Pooling(.maximum, kernelHeight: 3, kernelWidth: 3, padTop: 2, padLeft: 2, padBottom: 1, padRight: 2),
    Pooling(.average, kernelHeight: 3, kernelWidth: 2, padTop: 1, padLeft: 1, padBottom: 1, padRight: 1),
    Pooling(
      .averageIncludingPads, kernelHeight: 3, kernelWidth: 3, dilationHeight: 2, padTop: 2, padLeft: 1, padBottom: 2,
      padRight: 1),
    Pooling(.maximum, kernelHeight: 5, kernelWidth: 1, strideHeight: 3, dilationHeight: 3, padTop: 4, padBottom: 4),
  ]

  @Test(arguments: Table.all, poolings) func windows(table: Table, pooling: Pooling) {
    for channels in [1, 3, 8, 15, 16, 17, 40] {
      for (height, width) in [(1, 1), (5, 7), (12, 9)] {
        for threads in [1, 3] {
          var noise = Noise(seed: channels &* 31 &+ height)
          let (inputStride, outputStride) = (channels + 2, channels + 3)
          // As many windows as start inside the image or its pads: the last ones reach past them.
          let outputHeight = (height + pooling.padTop + pooling.padBottom - 1) / pooling.strideHeight + 1
          let outputWidth = (width + pooling.padLeft + pooling.padRight - 1) / pooling.strideWidth + 1
          let input = Guarded(noise.array(2 * height * width * inputStride))
          let output = Guarded(2 * outputHeight * outputWidth * outputStride)
          let expected = Guarded(2 * outputHeight * outputWidth * outputStride)
          pooling.run(
            batch: 2, height: height, width: width, channels: channels, outputHeight: outputHeight,
            outputWidth: outputWidth, input: input.pointer, inputStride: inputStride, output: output.pointer,
            outputStride: outputStride, threads: threads, kernels: table.kernels)
          Reference.pooling(
            pooling, batch: 2, height: height, width: width, channels: channels, outputHeight: outputHeight,
            outputWidth: outputWidth, input: input.pointer, inputStride: inputStride, output: expected.pointer,
            outputStride: outputStride)
          #expect(zip(output.values, expected.values).allSatisfy { abs($0 - $1) <= 1e-6 }, "\(channels) \(height)")
          #expect(output.isIntactOutside)
        }
      }
    }
  }

  @Test(arguments: Table.all, [GlobalPooling.maximum, .average]) func whole(table: Table, pooling: GlobalPooling) {
    for (pixels, channels) in [(1, 1), (3, 17), (512, 5), (513, 16), (1500, 33)] {
      var noise = Noise(seed: pixels &+ channels)
      let input = Guarded(noise.array(2 * pixels * (channels + 1)))
      let (output, expected) = (Guarded(2 * channels), Guarded(2 * channels))
      pooling.run(
        batch: 2, pixels: pixels, channels: channels, input: input.pointer, inputStride: channels + 1,
        output: output.pointer, kernels: table.kernels)
      Reference.globalPooling(
        pooling, batch: 2, pixels: pixels, channels: channels, input: input.pointer, inputStride: channels + 1,
        output: expected.pointer)
      #expect(zip(output.values, expected.values).allSatisfy { abs($0 - $1) <= 1e-5 }, "\(pixels) \(channels)")
      #expect(output.isIntactOutside)
    }
  }
}
