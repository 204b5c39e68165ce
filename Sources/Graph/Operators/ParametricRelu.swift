import Core
import Kernels

/// x where x is positive, else x times a slope that is learnt, one a channel or of any shape that repeats to x's: ONNX
/// `PRelu`; He, Zhang, Ren, Sun, "Delving Deep into Rectifiers" (2015), equation 1.
package struct ParametricRelu: Operator {
  package init() {}

  package var name: String { "PRelu" }
  package var requiredInputs: Range<Int> { 0..<2 }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    _ = try inputs.commonElement([.float32])
    guard try broadcastShape(inputs.compactMap { $0?.shape }) == inputs[0]!.shape else {
      throw FacenetError(.invalidArgument, "slopes \(inputs[1]!.type) do not repeat to \(inputs[0]!.type)")
    }
    return [inputs[0]!.type]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let (x, slope, output) = (site.inputs[0]!, site.inputs[1]!, site.outputs[0])
    let nest = LoopNest(
      output.shape, strides: [x.strides, slope.strides(broadcastTo: output.shape), output.strides],
      order: output.layout.memoryOrder(rank: output.rank))
    return Kernel(name) { frame in
      let (x, slopes): (UnsafePointer<Float>, UnsafePointer<Float>) = (frame.input(0), frame.input(1))
      let y: UnsafeMutablePointer<Float> = frame.output(0)
      let (count, steps) = nest.axis(fromInnermost: 0)
      nest.parts(threads: frame.threads, distinct: 2).run { part in
        part.forEach(above: 1) { at in
          let (x, slopes, y) = (x + at[0], slopes + at[1], y + at[2])
          if steps[1] == 1 {
            Channelwise.prelu(
              pixels: 1, channels: count, input: x, inputStride: count, slopes: slopes, output: y, outputStride: count)
          } else {
            for index in 0..<count {
              y[index] = x[index] < 0 ? x[index] * slopes[index &* steps[1]] : x[index]
            }
          }
        }
      }
    }
  }

  package func activation(_ inputs: [Operand?]) -> Activation? {
    guard let x = inputs[0], let slopes = inputs[1]?.constant, x.rank >= 2 else { return nil }
    let trimmed = slopes.shape.drop { $0 == 1 }
    guard trimmed.isEmpty || (trimmed.first == x.shape[1] && trimmed.count == x.rank - 1) else { return nil }
    guard trimmed.dropFirst().allSatisfy({ $0 == 1 }) else { return nil }
    return .prelu(Array(slopes.values(as: Float.self)))
  }
}
