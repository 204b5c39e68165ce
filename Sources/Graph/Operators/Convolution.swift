import Core
import Kernels

/// Convolution of (N, C, H, W) with weights (O, C / groups, KH, KW), and of (N, C, W) likewise, bias and residual added,
/// then an activation: ONNX `Conv` and what was fused into it.
///
/// Inputs: x, weights, bias (may be absent), residual (present when `addsResidual`).
package struct Convolution: AbsorbingOperator {
  /// How the window moves, as the file says it; what is nil follows from the weights or is the default.
  package struct Attributes: Sendable, Hashable {
    package var kernel, strides, dilations, pads: [Int]?
    package var autoPad: WindowGeometry.AutoPad
    package var groups: Int

    package init(
      kernel: [Int]? = nil, strides: [Int]? = nil, dilations: [Int]? = nil, pads: [Int]? = nil,
      autoPad: WindowGeometry.AutoPad = .notSet, groups: Int = 1
    ) {
      self.kernel = kernel
      self.strides = strides
      self.dilations = dilations
      self.pads = pads
      self.autoPad = autoPad
      self.groups = groups
    }
  }

  package let attributes: Attributes
  private(set) var activation: Activation = .none
  private(set) var addsResidual = false
  /// Nodes whose weights are stacked in this one's, by their identifiers.
  private var siblings: [Int] = []
  private var groups: Int { attributes.groups }

  package init(_ attributes: Attributes) { self.attributes = attributes }

  package var name: String { "Conv" }
  package var requiredInputs: Range<Int> { 0..<2 }
  package var constantInputs: Set<Int> { [1, 2] }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let (x, weights) = (inputs[0]!.type, inputs[1]!.type)
    guard x.element == .float32, weights.element == .float32 else {
      throw FacenetError(.unsupported, "input \(x) and weight \(weights) must both be float32")
    }
    guard x.shape.count == 3 || x.shape.count == 4, weights.shape.count == x.shape.count else {
      throw FacenetError(.unsupported, "weight is \(weights) and input \(x); both must be of rank 4, or of rank 3")
    }
    guard !x.shape[1...].contains(0) else {
      throw FacenetError(.invalidArgument, "input \(x) has no values but a size that is not its batch")
    }
    guard groups > 0, x.shape[1] == weights.shape[1] * groups, weights.shape[0] % groups == 0 else {
      throw FacenetError(
        .invalidArgument,
        "weight is \(weights.shape) in \(groups) groups but its input has \(x.shape[1]) channels")
    }
    if let kernel = attributes.kernel, kernel != Array(weights.shape[2...]) {
      throw FacenetError(.invalidArgument, "kernel_shape is \(kernel) but its weight is \(weights.shape)")
    }
    if inputs.count > 2, let bias = inputs[2], bias.type != TensorType(.float32, [weights.shape[0]]) {
      throw FacenetError(.invalidArgument, "bias is \(bias.type), wanted float32(\(weights.shape[0]))")
    }
    let window = try window(weights.shape)
    let sizes = try window.outputSizes(Array(x.shape[2...]))
    try window.checkPadded(x.shape)
    return [TensorType(.float32, [x.shape[0], weights.shape[0]] + sizes)]
  }

  package var readsViews: Bool { true }

  /// The first layer of a network is handed its images as they come.
  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule {
    guard let x = inputs[0], let weights = inputs[1], x.rank > 2,
      let geometry = try? geometry(weights: weights.shape, inputSizes: Array(x.shape[2...])),
      Kernels.Convolution.readsPlanes(geometry)
    else { return .channelsLast }
    return .eitherToChannelsLast
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let weights = site.inputs[1]!
    let (input, output) = (site.inputs[0]!.shape, site.outputs[0].shape)
    let geometry = try geometry(weights: weights.shape, inputSizes: Array(input[2...]))
    let bias = site.inputs.count > 2 ? site.inputs[2]?.constant : nil
    let (batch, height, width) = (input[0], input.count == 4 ? input[2] : 1, input[input.count - 1])
    guard batch * height * width * geometry.inputChannels > 0, !output.contains(0) else {
      return Kernel("empty") { _ in }
    }
    let algorithm = ConvolutionAlgorithm.choose(geometry, height: height, width: width)
    let variant = PackedVariant(
      geometry: geometry, algorithm: algorithm, activation: activation, siblings: siblings)
    let packedCount = try Kernels.Convolution.packedCount(geometry, algorithm)
    let workingCount = Kernels.Convolution.packingCount(geometry, algorithm)
    let packed = try site.packed(
      weights, for: variant, byteCount: packedCount * MemoryLayout<Float>.stride,
      workingBytes: workingCount * MemoryLayout<Float>.stride
    ) { weights throws(FacenetError) in
      try weights.withValues { weights throws(FacenetError) in
        try bias.withValues { bias throws(FacenetError) in
          try Kernels.Convolution(geometry, algorithm, weights: weights, bias: bias, activation: activation)
        }
      }
    }
    let scratch = packed.scratchCount(batch: batch, height: height, width: width, threads: site.threads)
    let addsResidual = addsResidual
    let inputStride = site.inputs[0]!.pixelStride ?? geometry.inputChannels
    let residualStride = (addsResidual ? site.inputs[3]?.pixelStride : nil) ?? geometry.outputChannels
    let isPlanar = site.inputs[0]!.layout == .plain && geometry.inputChannels > 1
    guard !isPlanar || packed.readsPlanes else { throw FacenetError(.internal, "its image is not channels last") }
    return Kernel(
      packed.label,
      multiplyAdds: batch * geometry.multiplyAdds(height: height, width: width),
      scratchBytes: scratch * MemoryLayout<Float>.stride
    ) { frame in
      packed.run(
        batch: batch, height: height, width: width, input: frame.input(0), inputStride: inputStride,
        output: frame.output(0), outputStride: geometry.outputChannels,
        residual: addsResidual ? frame.input(3) : nil, residualStride: residualStride,
        isPlanar: isPlanar, scratch: frame.scratch.assumingMemoryBound(to: Float.self), threads: frame.threads)
    }
  }

  private struct PackedVariant: Hashable {
    let geometry: ConvolutionGeometry
    let algorithm: ConvolutionAlgorithm
    let activation: Activation
    let siblings: [Int]
  }

  private func window(_ weights: [Int]) throws(FacenetError) -> WindowGeometry {
    try WindowGeometry(
      kernel: Array(weights[2...]), strides: attributes.strides, dilations: attributes.dilations,
      pads: attributes.pads, autoPad: attributes.autoPad)
  }

  /// One spatial axis runs as an image of one row.
  private func geometry(weights: [Int], inputSizes: [Int]) throws(FacenetError) -> ConvolutionGeometry {
    let window = try window(weights).resolved(inputSizes: inputSizes)
    let (last, first) = (inputSizes.count - 1, 0)
    let isImage = inputSizes.count == 2
    return ConvolutionGeometry(
      inputChannels: weights[1] * groups, outputChannels: weights[0],
      kernelHeight: isImage ? window.kernel[first] : 1, kernelWidth: window.kernel[last], groups: groups,
      strideHeight: isImage ? window.strides[first] : 1, strideWidth: window.strides[last],
      dilationHeight: isImage ? window.dilations[first] : 1, dilationWidth: window.dilations[last],
      padTop: isImage ? window.padsBefore[first] : 0, padLeft: window.padsBefore[last],
      padBottom: isImage ? window.padsAfter[first] : 0, padRight: window.padsAfter[last])
  }

  package func absorbing(_ affine: ChannelAffine, weights: Operand, bias: Tensor?) throws(FacenetError)
    -> (weights: Tensor?, bias: Tensor)?
  {
    let channels = weights.shape.first ?? 0
    guard activation == .none, !addsResidual, weights.type.element == .float32, channels > 0,
      let affine = affine.expanded(to: channels, rank: weights.rank)
    else { return nil }
    let row = weights.type.count / channels
    return (try affine.scaled(weights) { $0 / row }, try affine.applied(toBias: bias, channels: channels))
  }

  package func absorbing(_ activation: Activation) -> (any AbsorbingOperator)? {
    guard self.activation == .none else { return nil }
    var fused = self
    fused.activation = activation
    return fused
  }

  /// The same window for the weights of several nodes, stacked along the output channels.
  func merging(_ siblings: [Int], groups: Int, activation: Activation) -> Convolution {
    var attributes = attributes
    attributes.groups = groups
    var merged = Convolution(attributes)
    merged.activation = activation
    merged.siblings = siblings
    return merged
  }

  package func absorbingResidual() -> (any AbsorbingOperator)? {
    guard activation == .none, !addsResidual else { return nil }
    var fused = self
    fused.addsResidual = true
    return fused
  }
}

extension ChannelAffine {
  /// The bias after the multiplication and addition; an absent one is zero.
  func applied(toBias bias: Tensor?, channels: Int) throws(FacenetError) -> Tensor {
    if let bias { try Operand(bias.type).checkFloat("bias", shape: [channels]) }
    let old = bias.map { Array($0.values(as: Float.self)) } ?? [Float](repeating: 0, count: channels)
    return try Tensor([channels], old.indices.map { old[$0] * scale[$0] + shift[$0] })
  }
}
