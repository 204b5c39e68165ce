import Kernels
import Testing

/// A convolution with seeded weights and inputs, run fast and by the reference on slices of wider buffers.
struct ConvolutionTrial {
  var geometry: ConvolutionGeometry
  /// nil for the one that the size asks for.
  var algorithm: ConvolutionAlgorithm?
  var height: Int
  var width: Int
  var batch = 1
  var activation = Activation.none
  var hasBias = true
  var hasResidual = false
  var isSlice = false
  /// The input in planes, for a geometry that reads them.
  var isPlanar = false
  var threads = 1

  struct Outcome {
    let output: [Float]
    /// Greatest difference from the reference, as a part of the largest value.
    let error: Float
    /// Whether memory around the output and between its pixels is as it was.
    let isContained: Bool
  }

  func run(_ kernels: any KernelTable.Type) throws -> Outcome {
    var noise = Noise(seed: geometry.hashSeed &+ height &* 31 &+ width)
    let scale = 1 / Float(geometry.groupInputChannels * geometry.taps).squareRoot()
    let weights = noise.array(geometry.weightCount, -scale...scale)
    let bias = noise.array(geometry.outputChannels)
    let inputStride = geometry.inputChannels + (isSlice ? 3 : 0)
    let outputStride = geometry.outputChannels + (isSlice ? 5 : 0)
    let pixels = batch * geometry.outputHeight(for: height) * geometry.outputWidth(for: width)
    let input = Guarded(noise.array(batch * height * width * inputStride))
    let planes = isPlanar ? planar(input, stride: inputStride) : input
    let residual = hasResidual ? Guarded(noise.array(pixels * outputStride)) : nil
    let output = Guarded(pixels * outputStride)
    var expected = [Float](repeating: Guarded.mark, count: pixels * outputStride)

    let convolution = try weights.withUnsafeBufferPointer { weights in
      try bias.withUnsafeBufferPointer { bias in
        try Convolution(
          geometry, algorithm ?? .choose(geometry, height: height, width: width), weights: weights,
          bias: hasBias ? bias : nil, activation: activation, kernels: kernels)
      }
    }
    let scratch = Guarded(
      convolution.scratchCount(batch: batch, height: height, width: width, threads: threads))
    convolution.run(
      batch: batch, height: height, width: width, input: planes.pointer, inputStride: inputStride,
      output: output.pointer, outputStride: outputStride, residual: residual.map { UnsafePointer($0.pointer) },
      residualStride: outputStride, isPlanar: isPlanar, scratch: scratch.pointer, threads: threads)
    Reference.convolution(
      geometry, weights: weights, bias: hasBias ? bias : bias.map { _ in 0 }, activation: activation, batch: batch,
      height: height, width: width, input: input.pointer, inputStride: inputStride, output: &expected,
      outputStride: outputStride, residual: residual.map { UnsafePointer($0.pointer) }, residualStride: outputStride)

    var error: Float = 0
    var largest: Float = 1
    var isContained = output.isIntactOutside && scratch.isIntactOutside
    for i in 0..<output.count {
      if i % outputStride < geometry.outputChannels {
        // Not max(): that would pass a NaN over.
        let difference = abs(output.pointer[i] - expected[i])
        if !(difference <= error) { error = difference }
        largest = max(largest, abs(expected[i]))
      } else if output.pointer[i] != Guarded.mark {
        isContained = false
      }
    }
    return Outcome(output: output.values, error: error / largest, isContained: isContained)
  }
}

extension ConvolutionTrial {
  /// The same images as (batch, channels, pixels).
  private func planar(_ images: Guarded, stride: Int) -> Guarded {
    let (channels, pixels) = (geometry.inputChannels, height * width)
    var values = [Float](repeating: 0, count: batch * channels * pixels)
    for index in values.indices {
      let (image, channel, pixel) = (index / pixels / channels, index / pixels % channels, index % pixels)
      values[index] = images.pointer[(image * pixels + pixel) * stride + channel]
    }
    return Guarded(values)
  }
}

extension ConvolutionGeometry {
  /// Not `hashValue`, which differs from run to run.
  fileprivate var hashSeed: Int {
    ((inputChannels &* 131 &+ outputChannels) &* 131 &+ kernelHeight &* 16 &+ kernelWidth) &* 131 &+ groups
  }

  /// A square kernel with the same stride, dilation and pad on all sides.
  static func square(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, pad: Int = 0, dilation: Int = 1, groups: Int = 1
  ) -> ConvolutionGeometry {
    ConvolutionGeometry(
      inputChannels: inputs, outputChannels: outputs, kernelHeight: kernel, kernelWidth: kernel, groups: groups,
      strideHeight: stride, strideWidth: stride, dilationHeight: dilation, dilationWidth: dilation, padTop: pad,
      padLeft: pad, padBottom: pad, padRight: pad)
  }
}
