extension Reference {
  /// See ``Convolution/run``.
  package static func convolution(
    _ geometry: ConvolutionGeometry, weights: [Float], bias: [Float], activation: Activation, batch: Int, height: Int,
    width: Int, input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>, outputStride: Int,
    residual: UnsafePointer<Float>?, residualStride: Int
  ) {
    let outputHeight = geometry.outputHeight(for: height)
    let outputWidth = geometry.outputWidth(for: width)
    for image in 0..<batch {
      for y in 0..<outputHeight {
        for x in 0..<outputWidth {
          let pixel = (image * outputHeight + y) * outputWidth + x
          for channel in 0..<geometry.outputChannels {
            var sum = Double(bias[channel])
            if let residual { sum += Double(residual[pixel * residualStride + channel]) }
            sum += window(geometry, weights, height, width, input, inputStride, image, y, x, channel)
            output[pixel * outputStride + channel] = activation(Float(sum), channel: channel)
          }
        }
      }
    }
  }

  private static func window(
    _ geometry: ConvolutionGeometry, _ weights: [Float], _ height: Int, _ width: Int, _ input: UnsafePointer<Float>,
    _ inputStride: Int, _ image: Int, _ y: Int, _ x: Int, _ channel: Int
  ) -> Double {
    let channels = geometry.groupInputChannels
    let first = channel / geometry.groupOutputChannels * channels
    var sum = 0.0
    for ky in 0..<geometry.kernelHeight {
      let row = y * geometry.strideHeight + ky * geometry.dilationHeight - geometry.padTop
      guard row >= 0, row < height else { continue }
      for kx in 0..<geometry.kernelWidth {
        let column = x * geometry.strideWidth + kx * geometry.dilationWidth - geometry.padLeft
        guard column >= 0, column < width else { continue }
        let pixel = input + ((image * height + row) * width + column) * inputStride + first
        for c in 0..<channels {
          let weight = weights[((channel * channels + c) * geometry.kernelHeight + ky) * geometry.kernelWidth + kx]
          sum += Double(pixel[c]) * Double(weight)
        }
      }
    }
    return sum
  }
}
