import Core
import Kernels

/// y = x / (bias + alpha / size * sum of x^2 over `size` neighbouring channels)^beta: ONNX `LRN`; Krizhevsky, Sutskever,
/// Hinton, "ImageNet Classification with Deep Convolutional Neural Networks" (2012), section 3.3.
package struct LocalResponseNormalization: Operator {
  package let size: Int
  package let alpha: Float
  package let beta: Float
  package let bias: Float

  /// - Throws: `invalidArgument` for a size below 1.
  package init(size: Int, alpha: Float, beta: Float, bias: Float) throws(FacenetError) {
    guard size >= 1 else { throw FacenetError(.invalidArgument, "size must be at least 1, got \(size)") }
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.bias = bias
  }

  package var name: String { "LRN" }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    try inputs[0]!.checkFloat("input 0")
    try inputs[0]!.checkImage()
    return [inputs[0]!.type]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .channelsLast }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let channels = site.outputs[0].shape[1]
    guard channels > 0 else { return Kernel("empty") { _ in } }
    let pixels = site.outputs[0].type.count / channels
    // The window is centred; an even one has its extra channel after the centre.
    let (before, after) = (min((size - 1) / 2, channels), min(size / 2, channels))
    let (factor, beta, bias) = (alpha / Float(size), beta, bias)
    return Kernel("local response normalization") { frame in
      let (x, y): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (frame.input(0), frame.output(0))
      inParallel(pixels, threads: frame.threads, grain: max(1, 4096 / channels)) { range in
        for pixel in range {
          let (source, target) = (x + pixel * channels, y + pixel * channels)
          Elementwise.run(.multiply, source, source, into: target, count: channels)
          windowSums(target, channels, before: before, after: after)
          Elementwise.run(.multiply, target, factor, into: target, count: channels)
          Elementwise.run(.add, target, bias, into: target, count: channels)
          raise(target, to: -beta, count: channels)
          Elementwise.run(.multiply, source, target, into: target, count: channels)
        }
      }
    }
  }
}

/// Each value replaced by the sum of those from `before` places before it to `after` places behind it.
private func windowSums(_ values: UnsafeMutablePointer<Float>, _ count: Int, before: Int, after: Int) {
  withUnsafeTemporaryAllocation(of: Float.self, capacity: before + count + after) { framed in
    guard let framed = framed.baseAddress else { return }
    framed.update(repeating: 0, count: before)
    (framed + before).update(from: values, count: count)
    (framed + before + count).update(repeating: 0, count: after)
    values.update(from: framed, count: count)
    for shift in 1..<before + after + 1 {
      Elementwise.run(.add, values, framed + shift, into: values, count: count)
    }
  }
}

/// x^power for positive x, as exp(power ln x).
private func raise(_ values: UnsafeMutablePointer<Float>, to power: Float, count: Int) {
  Elementwise.run(.logarithm, values, into: values, count: count)
  Elementwise.run(.multiply, values, power, into: values, count: count)
  Elementwise.run(.exponential, values, into: values, count: count)
}
