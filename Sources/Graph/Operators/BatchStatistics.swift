import Core
import Kernels

/// (x - mean) / sqrt(variance + epsilon) * scale + bias a channel with the batch's own statistics: ONNX
/// `BatchNormalization` where `training_mode` is set; Ioffe, Szegedy, "Batch Normalization" (2015), algorithm 1.
///
/// Inputs: x, scale, bias, mean and variance so far. Outputs: y, and where asked mean and variance so far, of which
/// `momentum` is kept.
package struct BatchStatistics: Operator {
  package let epsilon: Float
  package let momentum: Float

  package init(epsilon: Float, momentum: Float) {
    self.epsilon = epsilon
    self.momentum = momentum
  }

  package var name: String { "BatchNormalization" }
  package var requiredInputs: Range<Int> { 0..<5 }
  package var constantInputs: Set<Int> { [1, 2, 3, 4] }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let x = inputs[0]!
    try x.checkFloat("input 0")
    guard x.rank >= 2, x.type.count > 0 else {
      throw FacenetError(.invalidArgument, "its input is \(x.type), wanted rank 2 or more and no size 0")
    }
    let statistics = TensorType(.float32, [x.shape[1]])
    for (index, name) in ["scale", "bias", "mean", "variance"].enumerated() {
      try inputs[index + 1]!.checkFloat(name, shape: statistics.shape)
    }
    return [x.type, statistics, statistics]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .channelsLast }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let channels = site.outputs[0].shape[1]
    let pixels = site.outputs[0].type.count / channels
    let (epsilon, momentum, wanted) = (Double(epsilon), momentum, site.outputs.count)
    return Kernel("batch statistics", scratchBytes: 2 * channels * MemoryLayout<Float>.stride) { frame in
      let scale = frame.scratch.assumingMemoryBound(to: Float.self)
      let shift = scale + channels
      let x: UnsafePointer<Float> = frame.input(0)
      for channel in 0..<channels {
        let (mean, variance) = moments(x + channel, step: channels, count: pixels)
        let factor = Double(frame.input(1, as: Float.self)[channel]) / (variance + epsilon).squareRoot()
        scale[channel] = Float(factor)
        shift[channel] = Float(Double(frame.input(2, as: Float.self)[channel]) - mean * factor)
        for (output, value) in [(1, mean), (2, variance)] where output < wanted {
          let old = frame.input(output + 2, as: Float.self)[channel]
          frame.output(output, as: Float.self)[channel] = old * momentum + Float(value) * (1 - momentum)
        }
      }
      Channelwise.scaleAndShift(
        pixels: pixels, channels: channels, input: x, inputStride: channels, scale: scale, shift: shift,
        output: frame.output(0), outputStride: channels)
    }
  }
}
