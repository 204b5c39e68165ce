import Core

/// A convolution over NHWC images with its weights packed once. Serves any batch, height and width.
///
/// Immutable: any thread.
package final class Convolution: Sendable {
  package let geometry: ConvolutionGeometry
  private let weights: [Float]
  private let bias: [Float]
  private let activation: Activation

  /// - Parameters:
  ///   - weights: (O, I / groups, KH, KW) row-major, the order of ONNX.
  ///   - bias: O values, or nil for none.
  /// - Throws: `invalidArgument` or `tooLarge` for a geometry out of range or arrays that do not fit it.
  package init(
    _ geometry: ConvolutionGeometry, weights: UnsafeBufferPointer<Float>, bias: UnsafeBufferPointer<Float>? = nil,
    activation: Activation = .none
  ) throws(FacenetError) {
    try geometry.validate()
    guard weights.count == geometry.weightCount else {
      throw FacenetError(
        .invalidArgument, "convolution: \(weights.count) weights, expected \(geometry.weightCount)")
    }
    if let bias, bias.count != geometry.outputChannels {
      throw FacenetError(
        .invalidArgument, "convolution: \(bias.count) bias values, expected \(geometry.outputChannels)")
    }
    if case .prelu(let slopes) = activation, slopes.count != 1, slopes.count != geometry.outputChannels {
      throw FacenetError(
        .invalidArgument, "convolution: \(slopes.count) slopes, expected 1 or \(geometry.outputChannels)")
    }
    self.geometry = geometry
    self.weights = Array(weights)
    self.bias = bias.map(Array.init) ?? Array(repeating: 0, count: geometry.outputChannels)
    self.activation = activation
  }

  /// What runs for an input of this size, for listings: `winograd 4x4`, `direct`, `depthwise`, `pointwise`.
  package func kernelName(height: Int, width: Int) -> String { "reference" }

  /// Floats of working memory that ``run`` wants for this size. Any alignment will do.
  package func scratchCount(batch: Int, height: Int, width: Int, threads: Int) -> Int { 0 }

  /// Reads (batch, height, width, inputChannels), writes (batch, outputHeight, outputWidth, outputChannels).
  ///
  /// Strides are floats from one pixel to the next, at least the number of channels; a larger one addresses a slice of a
  /// wider buffer, and nothing outside the slice is touched. `residual` has the output's shape and may be the output
  /// itself when the strides agree; otherwise no two buffers overlap.
  package func run(
    batch: Int, height: Int, width: Int, input: UnsafePointer<Float>, inputStride: Int,
    output: UnsafeMutablePointer<Float>, outputStride: Int, residual: UnsafePointer<Float>? = nil,
    residualStride: Int = 0, scratch: UnsafeMutablePointer<Float>? = nil, threads: Int = 1
  ) {
    precondition(inputStride >= geometry.inputChannels && outputStride >= geometry.outputChannels)
    Reference.convolution(
      geometry, weights: weights, bias: bias, activation: activation, batch: batch, height: height, width: width,
      input: input, inputStride: inputStride, output: output, outputStride: outputStride, residual: residual,
      residualStride: residualStride)
  }
}
