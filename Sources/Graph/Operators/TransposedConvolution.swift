import Core
import Kernels

/// Each input element spread over the output by the weights (C, M / groups, spatial kernel), one to three spatial axes,
/// the bias added, then an activation: ONNX `ConvTranspose` and what was fused into it.
///
/// Inputs: x (N, C, spatial), weights, bias (M; may be absent).
package struct TransposedConvolution: AbsorbingOperator {
  package let attributes: Convolution.Attributes
  package let outputPadding: [Int]?
  package let outputShape: [Int]?
  private(set) var activation: Activation = .none
  private var groups: Int { attributes.groups }

  package init(_ attributes: Convolution.Attributes, outputPadding: [Int]? = nil, outputShape: [Int]? = nil) {
    self.attributes = attributes
    self.outputPadding = outputPadding
    self.outputShape = outputShape
  }

  package var name: String { "ConvTranspose" }
  package var requiredInputs: Range<Int> { 0..<2 }
  package var constantInputs: Set<Int> { [1, 2] }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let (x, weights) = (inputs[0]!, inputs[1]!)
    try x.checkFloat("input 0")
    try weights.checkFloat("weight")
    guard (3...5).contains(x.rank), weights.rank == x.rank else {
      throw FacenetError(
        .unsupported, "weight is \(weights.type) and input \(x.type); both must be of one rank, 3 to 5")
    }
    let channels = x.shape[1]
    guard groups > 0, channels > 0, channels == weights.shape[0], channels % groups == 0, weights.type.count > 0 else {
      throw FacenetError(
        .invalidArgument, "weight is \(weights.shape) in \(groups) groups but its input has \(channels) channels")
    }
    if let kernel = attributes.kernel, kernel != Array(weights.shape[2...]) {
      throw FacenetError(.invalidArgument, "kernel_shape is \(kernel) but its weight is \(weights.shape)")
    }
    let outputChannels = try checkedProduct([weights.shape[1], groups], what: "the number of output channels")
    try inputs.optional(2)?.checkFloat("bias", shape: [outputChannels])
    let placed = try placement(x.shape, weights.shape)
    return [TensorType(.float32, [x.shape[0], outputChannels] + placed.outputSizes)]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .channelsLast }

  private func window(_ weights: [Int]) throws(FacenetError) -> WindowGeometry {
    try WindowGeometry(
      kernel: Array(weights[2...]), strides: attributes.strides, dilations: attributes.dilations,
      pads: attributes.pads, autoPad: attributes.autoPad)
  }

  private func placement(_ x: [Int], _ weights: [Int]) throws(FacenetError) -> WindowGeometry.Transposed {
    // Some files give the whole shape, batch and channels included.
    let wanted = outputShape.map { $0.count == x.count ? Array($0[2...]) : $0 }
    return try window(weights).transposed(
      inputSizes: Array(x[2...]), outputPadding: outputPadding, outputShape: wanted)
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let weights = site.inputs[1]!
    let (x, y) = (site.inputs[0]!.shape, site.outputs[0])
    guard y.type.count > 0 else { return Kernel("empty") { _ in } }
    let window = try window(weights.shape)
    let placed = try placement(x, weights.shape)
    let packedCount = TransposedWeights.count(weights.shape, groups: groups)
    let packed = try site.packed(weights, for: "transposed", byteCount: packedCount * MemoryLayout<Float>.stride) {
      weights throws(FacenetError) in
      try TransposedWeights(weights, groups: groups)
    }
    let loops = TransposedLoops(
      weights: packed, input: x, output: y.shape, window: window, padsBefore: placed.padsBefore, threads: site.threads)
    let (activation, hasBias) = (activation, site.inputs.optional(2) != nil)
    return Kernel(
      packed.isDepthwise ? "transposed depthwise" : "transposed",
      multiplyAdds: x.reduce(1, *) * (weights.type.count / x[1]), scratchBytes: loops.scratchBytes
    ) { frame in
      loops.run(
        frame.input(0), bias: hasBias ? frame.input(2) : nil, frame.output(0),
        scratch: frame.scratch.assumingMemoryBound(to: Float.self), activation: activation)
    }
  }

  package func absorbing(_ affine: ChannelAffine, weights: Operand, bias: Tensor?) throws(FacenetError)
    -> (weights: Tensor?, bias: Tensor)?
  {
    guard activation == .none, weights.type.element == .float32, weights.rank > 2, weights.type.count > 0,
      groups > 0, weights.shape[0] % groups == 0
    else { return nil }
    let (perGroup, taps) = (weights.shape[1], weights.shape[2...].reduce(1, *))
    let channels = try checkedProduct([perGroup, groups], what: "the number of output channels")
    guard let affine = affine.expanded(to: channels, rank: weights.rank) else { return nil }
    let inputsInGroup = weights.shape[0] / groups
    let scaled = try affine.scaled(weights) { index in
      let group = index / (taps * perGroup) / inputsInGroup
      return group * perGroup + index / taps % perGroup
    }
    return (scaled, try affine.applied(toBias: bias, channels: channels))
  }

  package func absorbing(_ activation: Activation) -> (any AbsorbingOperator)? {
    guard self.activation == .none else { return nil }
    var fused = self
    fused.activation = activation
    return fused
  }

  package func absorbingResidual() -> (any AbsorbingOperator)? { nil }
}
