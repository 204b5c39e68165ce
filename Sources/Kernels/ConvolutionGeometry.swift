import Core

/// Everything about a two-dimensional convolution but its weights and the size of its input.
package struct ConvolutionGeometry: Hashable, Sendable {
  package var inputChannels: Int
  package var outputChannels: Int
  package var groups: Int
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
    inputChannels: Int, outputChannels: Int, kernelHeight: Int, kernelWidth: Int, groups: Int = 1,
    strideHeight: Int = 1, strideWidth: Int = 1, dilationHeight: Int = 1, dilationWidth: Int = 1,
    padTop: Int = 0, padLeft: Int = 0, padBottom: Int = 0, padRight: Int = 0
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.groups = groups
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

  /// Rows of the output for an input of `height` rows; 0 where the kernel does not fit. Valid geometries only.
  package func outputHeight(for height: Int) -> Int {
    Self.outputSize(height + padTop + padBottom, kernelHeight, dilationHeight, strideHeight)
  }

  /// Columns of the output for an input of `width` columns; 0 where the kernel does not fit. Valid geometries only.
  package func outputWidth(for width: Int) -> Int {
    Self.outputSize(width + padLeft + padRight, kernelWidth, dilationWidth, strideWidth)
  }

  static func outputSize(_ padded: Int, _ kernel: Int, _ dilation: Int, _ stride: Int) -> Int {
    let extent = (kernel - 1) * dilation + 1
    return padded < extent ? 0 : (padded - extent) / stride + 1
  }

  package var groupInputChannels: Int { inputChannels / groups }
  package var groupOutputChannels: Int { outputChannels / groups }
  /// Positions of the kernel.
  package var taps: Int { kernelHeight * kernelWidth }
  package var weightCount: Int { outputChannels * groupInputChannels * taps }

  /// Multiplications that are followed by an addition, for one picture of this size.
  package func multiplyAdds(height: Int, width: Int) -> Int {
    weightCount * outputHeight(for: height) * outputWidth(for: width)
  }

  /// - Throws: `invalidArgument` for a size outside its range or channels that the groups do not divide.
  package func validate() throws(FacenetError) {
    try check("input channels", inputChannels, 1...1 << 20)
    try check("output channels", outputChannels, 1...1 << 20)
    try check("groups", groups, 1...1 << 20)
    try check("kernel height", kernelHeight, 1...1 << 12)
    try check("kernel width", kernelWidth, 1...1 << 12)
    for stride in [strideHeight, strideWidth] { try check("stride", stride, 1...1 << 16) }
    for dilation in [dilationHeight, dilationWidth] { try check("dilation", dilation, 1...1 << 16) }
    for pad in [padTop, padLeft, padBottom, padRight] { try check("pad", pad, 0...1 << 20) }
    guard inputChannels % groups == 0, outputChannels % groups == 0 else {
      throw FacenetError(
        .invalidArgument,
        "convolution: \(groups) groups divide neither or only one of \(inputChannels) input and \(outputChannels) output channels"
      )
    }
    _ = try checkedProduct(
      [outputChannels, groupInputChannels, taps], limit: 1 << 32, what: "the convolution's weight")
  }

  private func check(_ what: String, _ value: Int, _ range: ClosedRange<Int>) throws(FacenetError) {
    guard range.contains(value) else {
      throw FacenetError(
        .invalidArgument, "convolution: \(what) is \(value), expected \(range.lowerBound)...\(range.upperBound)")
    }
  }
}
