import Core
import KernelCore

/// A convolution over NHWC images with its weights packed once. Serves any batch, height and width.
///
/// Immutable: any thread.
package final class Convolution: Sendable {
  package let geometry: ConvolutionGeometry
  package let algorithm: ConvolutionAlgorithm
  private let implementation: any ConvolutionImplementation

  /// - Parameters:
  ///   - algorithm: one that the geometry allows, as ``ConvolutionAlgorithm/choose(_:height:width:)`` gives it.
  ///   - weights: (O, I / groups, KH, KW) row-major, the order of ONNX.
  ///   - bias: O values, or nil for none.
  /// - Throws: `invalidArgument` or `tooLarge` for a geometry out of range or arrays that do not fit it.
  package init(
    _ geometry: ConvolutionGeometry, _ algorithm: ConvolutionAlgorithm, weights: UnsafeBufferPointer<Float>,
    bias: UnsafeBufferPointer<Float>? = nil, activation: Activation = .none,
    kernels: any KernelTable.Type = Processor.kernels
  ) throws(FacenetError) {
    try geometry.validate()
    guard weights.count == geometry.weightCount else {
      throw FacenetError(
        .invalidArgument, "convolution: \(weights.count) weights, expected \(geometry.weightCount)")
    }
    try activation.validate(bias: bias, channels: geometry.outputChannels, what: "convolution")
    self.geometry = geometry
    self.algorithm = algorithm
    let parts = ConvolutionParts(
      geometry, weights: weights, bias: bias, activation: activation,
      kernels: kernels.fitting(columns: geometry.outputChannels))
    implementation =
      switch algorithm {
      case .direct: try DirectConvolution.merging(parts)
      case .rows: try RowConvolution(parts)
      case .depthwise, .neighbours: try DepthwiseConvolution(algorithm, parts)
      case .winograd(let tile): try WinogradConvolution(tile, parts)
      }
  }

  /// Floats that the packed weights, bias and slopes of one take up, before there is one.
  /// - Throws: `invalidArgument` or `tooLarge` for a geometry out of range.
  package static func packedCount(
    _ geometry: ConvolutionGeometry, _ algorithm: ConvolutionAlgorithm,
    kernels: any KernelTable.Type = Processor.kernels
  ) throws(FacenetError) -> Int {
    try geometry.validate()
    let kernels = kernels.fitting(columns: geometry.outputChannels)
    var (packed, groups) = (geometry, 1)
    if algorithm == .direct {
      packed = geometry.merging(geometry.groupsInRegister(kernels.registerWidth))
      groups = packed.groups
    }
    let weights =
      switch algorithm {
      case .direct: DirectConvolution.weightCount(packed, kernels)
      case .rows: RowConvolution.weightCount(packed, kernels)
      case .depthwise, .neighbours: DepthwiseConvolution.weightCount(packed, kernels)
      case .winograd(let tile): WinogradConvolution.weightCount(tile, packed, kernels)
      }
    return weights
      + PackedEpilogue.count(columns: packed.outputChannels, groups: groups, width: kernels.registerWidth)
  }

  /// Floats of working memory that packing the weights of one takes. Valid geometries only.
  package static func packingCount(
    _ geometry: ConvolutionGeometry, _ algorithm: ConvolutionAlgorithm,
    kernels: any KernelTable.Type = Processor.kernels
  ) -> Int {
    guard algorithm == .direct else { return 0 }
    let merged = geometry.groupsInRegister(kernels.fitting(columns: geometry.outputChannels).registerWidth)
    return merged > 1 ? merged * geometry.weightCount : 0
  }

  /// What runs, for listings: `winograd 4x4`, `direct pointwise`.
  package var label: String { implementation.label }

  /// Whether images may lie in planes (NCHW): those whose rows are copied anyway.
  package var readsPlanes: Bool { algorithm == .rows }

  /// As ``readsPlanes``, before there is one.
  package static func readsPlanes(_ geometry: ConvolutionGeometry) -> Bool {
    ConvolutionAlgorithm.isRows(geometry)
  }

  /// Floats of working memory that ``run`` wants for this size. Any alignment will do.
  package func scratchCount(batch: Int, height: Int, width: Int, threads: Int) -> Int {
    let size = ConvolutionSize(batch: batch, height: height, width: width, threads: max(threads, 1))
    return implementation.scratchCount(size)
  }

  /// Reads (batch, height, width, inputChannels), writes (batch, outputHeight, outputWidth, outputChannels).
  ///
  /// Strides are floats from one pixel to the next, at least the number of channels; a larger one addresses a slice of a
  /// wider buffer, and nothing outside the slice is touched. Where `isPlanar` the input is (batch, inputChannels, height,
  /// width) instead, dense whatever its stride, which only a convolution that ``readsPlanes`` takes. `residual` has the
  /// output's shape and may be the output itself when the strides agree; otherwise no two buffers overlap.
  package func run(
    batch: Int, height: Int, width: Int, input: UnsafePointer<Float>, inputStride: Int,
    output: UnsafeMutablePointer<Float>, outputStride: Int, residual: UnsafePointer<Float>? = nil,
    residualStride: Int = 0, isPlanar: Bool = false, scratch: UnsafeMutablePointer<Float>? = nil, threads: Int = 1
  ) {
    precondition(inputStride >= geometry.inputChannels && outputStride >= geometry.outputChannels)
    precondition(!isPlanar || readsPlanes)
    let call = ConvolutionCall(
      batch: batch, height: height, width: width, outputHeight: geometry.outputHeight(for: height),
      outputWidth: geometry.outputWidth(for: width), input: input, inputStride: inputStride, isPlanar: isPlanar,
      output: output, outputStride: outputStride, residual: residual, residualStride: residualStride,
      scratch: Scratch(scratch), threads: max(threads, 1))
    guard call.batch * call.outputHeight * call.outputWidth > 0 else { return }
    implementation.run(call)
  }
}

/// One way to compute a convolution, its weights packed. Immutable: any thread.
protocol ConvolutionImplementation: Sendable {
  var label: String { get }
  /// Floats of working memory for a run of this size.
  func scratchCount(_ size: ConvolutionSize) -> Int
  func run(_ call: ConvolutionCall)
}

/// What a convolution is made of, checked.
struct ConvolutionParts {
  let geometry: ConvolutionGeometry
  /// (O, I / groups, KH, KW), at least one.
  let weights: UnsafeBufferPointer<Float>
  let bias: UnsafeBufferPointer<Float>?
  let activation: Activation
  let kernels: any KernelTable.Type

  /// - Parameter groups: groups whose channels are padded to whole panels apart.
  func epilogue(groups: Int) throws(FacenetError) -> PackedEpilogue {
    try PackedEpilogue(
      bias: bias, activation: activation, columns: geometry.outputChannels, groups: groups,
      width: kernels.registerWidth)
  }

  init(
    _ geometry: ConvolutionGeometry, weights: UnsafeBufferPointer<Float>, bias: UnsafeBufferPointer<Float>?,
    activation: Activation, kernels: any KernelTable.Type
  ) {
    self.geometry = geometry
    self.weights = weights
    self.bias = bias
    self.activation = activation
    self.kernels = kernels
  }
}
