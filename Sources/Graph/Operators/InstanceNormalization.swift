import Core
import Kernels

/// (x - mean) / sqrt(variance + epsilon) * scale + bias over the pixels of each image and channel: ONNX
/// `InstanceNormalization`; Ulyanov, Vedaldi, Lempitsky, "Instance Normalization" (2016).
package struct InstanceNormalization: Operator {
  package let epsilon: Float

  package init(epsilon: Float) { self.epsilon = epsilon }

  package var name: String { "InstanceNormalization" }
  package var requiredInputs: Range<Int> { 0..<3 }
  package var constantInputs: Set<Int> { [1, 2] }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let x = inputs[0]!
    try x.checkFloat("input 0")
    try x.checkImage()
    try inputs[1]!.checkFloat("scale", shape: [x.shape[1]])
    try inputs[2]!.checkFloat("bias", shape: [x.shape[1]])
    return [x.type]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .channelsLast }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let shape = site.outputs[0].shape
    let (batch, channels, pixels) = (shape[0], shape[1], shape.dropFirst(2).reduce(1, *))
    guard batch * channels * pixels > 0 else { return Kernel("empty") { _ in } }
    let epsilon = epsilon
    return Kernel("instance normalization", scratchBytes: 2 * channels * MemoryLayout<Float>.stride) { frame in
      let scale = frame.scratch.assumingMemoryBound(to: Float.self)
      let shift = scale + channels
      for image in 0..<batch {
        let x = frame.input(0, as: Float.self) + image * pixels * channels
        for channel in 0..<channels {
          let (mean, variance) = moments(x + channel, step: channels, count: pixels)
          let factor = Double(frame.input(1, as: Float.self)[channel]) / (variance + Double(epsilon)).squareRoot()
          scale[channel] = Float(factor)
          shift[channel] = Float(Double(frame.input(2, as: Float.self)[channel]) - mean * factor)
        }
        Channelwise.scaleAndShift(
          pixels: pixels, channels: channels, input: x, inputStride: channels, scale: scale, shift: shift,
          output: frame.output(0, as: Float.self) + image * pixels * channels, outputStride: channels)
      }
    }
  }
}

/// Mean and population variance, in double precision and two passes.
func moments(_ x: UnsafePointer<Float>, step: Int, count: Int) -> (mean: Double, variance: Double) {
  var sum = 0.0
  for index in 0..<count { sum += Double(x[index * step]) }
  let mean = sum / Double(count)
  var squares = 0.0
  for index in 0..<count {
    let difference = Double(x[index * step]) - mean
    squares += difference * difference
  }
  return (mean, squares / Double(count))
}
