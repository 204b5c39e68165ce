import Core
import Kernels

/// exp(x) / sum of exp(x) along an axis: ONNX `Softmax`.
package struct Softmax: Operator {
  package let axis: Int
  /// All axes from `axis` on are one, as before opset 13.
  package let flattens: Bool

  package init(axis: Int, flattens: Bool) {
    self.axis = axis
    self.flattens = flattens
  }

  package var name: String { "Softmax" }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    try inputs[0]!.checkFloat("input 0")
    _ = try resolvedAxis(axis, rank: inputs[0]!.rank, allowsEnd: flattens)
    return [inputs[0]!.type]
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let shape = site.outputs[0].shape
    let axis = try resolvedAxis(axis, rank: shape.count, allowsEnd: flattens)
    let outer = shape[..<axis].reduce(1, *)
    let count = flattens ? shape[axis...].reduce(1, *) : shape[axis]
    let inner = flattens ? 1 : shape[(axis + 1)...].reduce(1, *)
    guard outer * count * inner > 0 else { return Kernel("empty") { _ in } }
    if inner == 1 {
      return Kernel(name) { frame in
        RowFunctions.softmax(rows: outer, count: count, input: frame.input(0), output: frame.output(0))
      }
    }
    let gather = StridedCopy(shape: [inner, count], from: [1, inner], to: [count, 1])
    let scatter = StridedCopy(shape: [inner, count], from: [count, 1], to: [1, inner])
    return Kernel(name, scratchBytes: inner * count * MemoryLayout<Float>.stride) { frame in
      let lines = frame.scratch.assumingMemoryBound(to: Float.self)
      let bytes = frame.scratch.assumingMemoryBound(to: UInt8.self)
      let block = count * inner * MemoryLayout<Float>.stride
      for row in 0..<outer {
        gather.run(frame.input(0) + row * block, bytes, elementSize: MemoryLayout<Float>.stride)
        RowFunctions.softmax(rows: inner, count: count, input: lines, output: lines)
        scatter.run(bytes, frame.output(0) + row * block, elementSize: MemoryLayout<Float>.stride)
      }
    }
  }
}
