import Core

/// Tensors one after the other along an axis: ONNX `Concat`.
package struct Concatenation: Operator {
  package let axis: Int

  package init(axis: Int) { self.axis = axis }

  package var name: String { "Concat" }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let first = inputs[0]!
    let axis = try resolvedAxis(axis, rank: first.rank)
    var shape = first.shape
    for case let input? in inputs.dropFirst() {
      var other = input.shape
      guard other.count == shape.count, input.type.element == first.type.element else {
        throw FacenetError(.invalidArgument, "\(input.type) does not continue \(first.type)")
      }
      other[axis] = shape[axis]
      guard other == shape else {
        throw FacenetError(.invalidArgument, "\(input.type) does not continue \(first.type) along axis \(axis)")
      }
      shape[axis] += input.shape[axis]
      // A file may name one input without end.
      guard shape[axis] <= TensorType.elementLimit else {
        throw FacenetError(.tooLarge, "axis \(axis) of its output is larger than \(TensorType.elementLimit)")
      }
    }
    return [TensorType(first.type.element, shape)]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }
  package var readsViews: Bool { true }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let output = site.outputs[0]
    let axis = try resolvedAxis(axis, rank: output.rank)
    let size = output.type.element.size
    var parts: [(input: Int, offset: Int, copy: StridedCopy)] = []
    var position = 0
    for (index, input) in site.inputs.enumerated() {
      guard let input else { continue }
      let copy = StridedCopy(shape: input.shape, from: input.strides, to: output.strides)
      parts.append((index, position * output.strides[axis] * size, copy))
      position += input.shape[axis]
    }
    let copies = parts
    return Kernel("concatenation") { frame in
      for part in copies {
        part.copy.run(frame.input(part.input), frame.output(0) + part.offset, elementSize: size)
      }
    }
  }
}
