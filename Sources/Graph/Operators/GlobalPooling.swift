import Core
import Kernels

/// The mean or the largest value of each image's channels: ONNX `GlobalAveragePool`, `GlobalMaxPool`.
package struct GlobalPooling: Operator {
  package let kind: Kernels.GlobalPooling

  package init(_ kind: Kernels.GlobalPooling) { self.kind = kind }

  package var name: String { kind == .average ? "GlobalAveragePool" : "GlobalMaxPool" }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    try inputs[0]!.checkFloat("input 0")
    try inputs[0]!.checkImage()
    let shape = inputs[0]!.shape
    guard shape[2...].reduce(1, *) > 0 else {
      throw FacenetError(.invalidArgument, "an image without pixels: \(inputs[0]!.type)")
    }
    return [TensorType(.float32, Array(shape[..<2]) + shape[2...].map { _ in 1 })]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .channelsLast }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let shape = site.inputs[0]!.shape
    let (batch, channels, pixels) = (shape[0], shape[1], shape[2...].reduce(1, *))
    let kind = kind
    return Kernel(name) { frame in
      kind.run(
        batch: batch, pixels: pixels, channels: channels, input: frame.input(0), inputStride: channels,
        output: frame.output(0))
    }
  }
}
