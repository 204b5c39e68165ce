import Core
import Kernels

/// (x - mean) / sqrt(variance + epsilon) * scale + bias a channel with statistics that are known: ONNX
/// `BatchNormalization` at inference; Ioffe, Szegedy, "Batch Normalization" (2015), algorithm 2.
package struct BatchNormalization: Operator {
  package let epsilon: Float

  package init(epsilon: Float) { self.epsilon = epsilon }

  package var name: String { "BatchNormalization" }
  package var requiredInputs: Range<Int> { 0..<5 }
  package var constantInputs: Set<Int> { [1, 2, 3, 4] }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let x = inputs[0]!
    try x.checkFloat("input 0")
    guard x.rank >= 2 else { throw FacenetError(.invalidArgument, "its input is \(x.type), wanted rank 2 or more") }
    for (index, name) in ["scale", "bias", "mean", "variance"].enumerated() {
      try inputs[index + 1]!.checkFloat(name, shape: [x.shape[1]])
    }
    return [x.type]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .channelsLast }

  package func channelAffine(_ inputs: [Operand?]) -> ChannelAffine? {
    let constants = inputs.dropFirst().compactMap { $0?.constant }
    guard constants.count == 4, constants.allSatisfy({ $0.type == constants[0].type && $0.type.element == .float32 })
    else { return nil }
    let values = constants.map { $0.values(as: Float.self).map(Double.init) }
    let scale = values[0].indices.map { values[0][$0] / (values[3][$0] + Double(epsilon)).squareRoot() }
    let shift = scale.indices.map { values[1][$0] - values[2][$0] * scale[$0] }
    return ChannelAffine(scale: scale.map { Float($0) }, shift: shift.map { Float($0) })
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    guard let affine = channelAffine(site.inputs) else { throw FacenetError(.internal, "its statistics are not known") }
    let channels = site.outputs[0].shape[1]
    guard site.outputs[0].type.count > 0 else { return Kernel("empty") { _ in } }
    let pixels = site.outputs[0].type.count / channels
    return Kernel(name) { frame in
      let (x, y): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (frame.input(0), frame.output(0))
      affine.scale.withUnsafeBufferPointer { scale in
        affine.shift.withUnsafeBufferPointer { shift in
          inParallel(pixels, threads: frame.threads, grain: max(1, (1 << 15) / channels)) { range in
            let offset = range.lowerBound * channels
            Channelwise.scaleAndShift(
              pixels: range.count, channels: channels, input: x + offset, inputStride: channels,
              scale: scale.baseAddress!, shift: shift.baseAddress!, output: y + offset, outputStride: channels)
          }
        }
      }
    }
  }
}
