import Core

/// Maximum or average over windows of NHWC images, channel by channel. Padding never takes part in a maximum.
package struct Pooling: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case maximum
    /// The mean over the values inside the image.
    case average
    /// The sum over the values inside the image divided by the window's positions inside the image and its pads
    /// (ONNX's count_include_pad).
    case averageIncludingPads
  }

  package var kind: Kind
  package var kernelHeight: Int
  package var kernelWidth: Int
  package var strideHeight: Int
  package var strideWidth: Int
  package var dilationHeight: Int
  package var dilationWidth: Int
  package var padTop: Int
  package var padLeft: Int
  package var padBottom: Int
  package var padRight: Int

  package init(
    _ kind: Kind, kernelHeight: Int, kernelWidth: Int, strideHeight: Int = 1, strideWidth: Int = 1,
    dilationHeight: Int = 1, dilationWidth: Int = 1, padTop: Int = 0, padLeft: Int = 0, padBottom: Int = 0,
    padRight: Int = 0
  ) {
    self.kind = kind
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.dilationHeight = dilationHeight
    self.dilationWidth = dilationWidth
    self.padTop = padTop
    self.padLeft = padLeft
    self.padBottom = padBottom
    self.padRight = padRight
  }

  /// Reads (batch, height, width, channels), writes (batch, outputHeight, outputWidth, channels). The caller decides the
  /// output's size (ceil or floor); windows may reach past the pads at the bottom and the right. A window with no value
  /// inside the image gives the lowest number for a maximum and 0 for an average.
  ///
  /// Strides are floats from one pixel to the next.
  package func run(
    batch: Int, height: Int, width: Int, channels: Int, outputHeight: Int, outputWidth: Int,
    input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>, outputStride: Int,
    threads: Int = 1
  ) {
    Reference.pooling(
      self, batch: batch, height: height, width: width, channels: channels, outputHeight: outputHeight,
      outputWidth: outputWidth, input: input, inputStride: inputStride, output: output, outputStride: outputStride)
  }

  /// What an average divides by for the window that starts at (top, left) in image coordinates.
  func divisor(top: Int, left: Int, height: Int, width: Int, inside: Int) -> Float {
    guard kind == .averageIncludingPads else { return Float(max(inside, 1)) }
    func positions(_ start: Int, _ kernel: Int, _ dilation: Int, _ end: Int) -> Int {
      start >= end ? 0 : min(kernel, (end - start - 1) / dilation + 1)
    }
    let rows = positions(top, kernelHeight, dilationHeight, height + padBottom)
    let columns = positions(left, kernelWidth, dilationWidth, width + padRight)
    return Float(max(rows * columns, 1))
  }
}

/// The mean or maximum over all pixels of each NHWC image.
package enum GlobalPooling: Hashable, Sendable {
  case maximum, average

  /// Reads (batch, pixels, channels), writes (batch, channels) densely.
  package func run(
    batch: Int, pixels: Int, channels: Int, input: UnsafePointer<Float>, inputStride: Int,
    output: UnsafeMutablePointer<Float>
  ) {
    Reference.globalPooling(
      self, batch: batch, pixels: pixels, channels: channels, input: input, inputStride: inputStride, output: output)
  }
}
