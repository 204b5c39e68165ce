import Core
import Kernels

/// x where x > 0, else slope x, the slopes broadcast to x: ONNX `PRelu`; He, Zhang, Ren, Sun, "Delving Deep into
/// Rectifiers" (2015), equation 1.
package struct ParametricRelu: Operator {
  package init() {}

  package var name: String { "PRelu" }
  package var requiredInputs: Range<Int> { 0..<2 }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let (x, slopes) = (inputs[0]!, inputs[1]!)
    try x.checkFloat("input 0")
    try slopes.checkFloat("slope")
    guard try broadcastShape([x.shape, slopes.shape]) == x.shape else {
      throw FacenetError(.invalidArgument, "slope is \(slopes.type), which is no part of its input \(x.type)")
    }
    return [x.type]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let output = site.outputs[0]
    let x = try BroadcastOperand(site.inputs[0]!, for: output, at: site)
    let slopes = try BroadcastOperand(site.inputs[1]!, for: output, at: site)
    let nest = LoopNest(
      output.shape, strides: [x.strides, slopes.strides, output.strides],
      order: output.layout.memoryOrder(rank: output.rank))
    let pieces = nest.parts(threads: site.threads, distinct: 2)
    return Kernel(name) { frame in
      let input: UnsafePointer<Float> = x.pointer(0, frame)
      let slopes: UnsafePointer<Float> = slopes.pointer(1, frame)
      let output: UnsafeMutablePointer<Float> = frame.output(0)
      pieces.run { $0.runParametricRelu(input, slopes, output) }
    }
  }

  /// Slopes that are one a channel (axis 1), or one for all.
  package func activation(_ inputs: [Operand?]) -> Activation? {
    guard inputs.count == 2, let rank = inputs[0]?.rank, let slopes = inputs[1]?.constant,
      slopes.type.element == .float32, slopes.shape.count <= rank,
      slopes.shape.enumerated().allSatisfy({ $1 == 1 || $0 + rank - slopes.shape.count == 1 })
    else { return nil }
    return .prelu(Array(slopes.values(as: Float.self)))
  }
}

extension LoopNest {
  fileprivate func runParametricRelu(
    _ x: UnsafePointer<Float>, _ slopes: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>
  ) {
    if isChannelwise(dense: 0, repeated: 1) {
      return forEachBlock { start, pixels, channels in
        Channelwise.prelu(
          pixels: pixels, channels: channels, input: x + start[0], inputStride: channels, slopes: slopes + start[1],
          output: output + start[2], outputStride: channels)
      }
    }
    forEachRun { start, count, step in
      if step[0] == 1 && step[1] == 0 && step[2] == 1 {
        return Elementwise.run(
          .leakyRelu(slope: slopes[start[1]]), x + start[0], into: output + start[2], count: count)
      }
      for i in 0..<count {
        let value = x[start[0] + i &* step[0]]
        output[start[2] + i &* step[2]] = value < 0 ? value * slopes[start[1] + i &* step[1]] : value
      }
    }
  }
}
