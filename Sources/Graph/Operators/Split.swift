import Core

/// A tensor cut along an axis: ONNX `Split`. Sizes come from the file's attribute, from input 1, or are equal.
package struct Split: Operator {
  package let axis: Int
  package let sizes: [Int]?
  /// Outputs of the node; the last may be smaller where the axis does not divide.
  package let count: Int

  package init(axis: Int, sizes: [Int]?, count: Int) {
    self.axis = axis
    self.sizes = sizes
    self.count = count
  }

  package var name: String { "Split" }
  package var constantInputs: Set<Int> { [1] }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let input = inputs[0]!
    let axis = try resolvedAxis(axis, rank: input.rank)
    let sizes = try parts(of: input.shape[axis], inputs.optional(1))
    return sizes.map { size in
      var shape = input.shape
      shape[axis] = size
      return TensorType(input.type.element, shape)
    }
  }

  private func parts(of whole: Int, _ input: Operand?) throws(FacenetError) -> [Int] {
    let listed = try input?.constant?.integers()
    if let sizes = sizes ?? listed {
      guard sizes.allSatisfy({ $0 >= 0 && $0 <= whole }), sizes.count < 1 << 20, sizes.reduce(0, +) == whole else {
        throw FacenetError(.invalidArgument, "parts of \(sizes) do not make up the axis of size \(whole)")
      }
      return sizes
    }
    guard count > 0, count < 1 << 20 else { throw FacenetError(.invalidArgument, "\(count) parts") }
    let size = (whole + count - 1) / count
    return (0..<count).map { max(0, min(size, whole - $0 * size)) }
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }
  package var readsViews: Bool { true }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let input = site.inputs[0]!
    let axis = try resolvedAxis(axis, rank: input.rank)
    let size = input.type.element.size
    var position = 0
    var parts: [(offset: Int, copy: StridedCopy)] = []
    for output in site.outputs {
      let copy = StridedCopy(shape: output.shape, from: input.strides, to: output.strides)
      parts.append((position * input.strides[axis] * size, copy))
      position += output.shape[axis]
    }
    let copies = parts
    return Kernel("split") { frame in
      for (index, part) in copies.enumerated() {
        part.copy.run(frame.input(0) + part.offset, frame.output(index), elementSize: size)
      }
    }
  }
}
