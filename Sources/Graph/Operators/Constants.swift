import Core

/// A tensor of the file: ONNX `Constant`.
package struct Constant: Operator {
  package let tensor: Tensor

  package init(_ tensor: Tensor) { self.tensor = tensor }

  package var name: String { "Constant" }
  package var requiredInputs: Range<Int> { 0..<0 }
  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] { [tensor.type] }
  package func knownOutputs(_ inputs: [Operand?]) throws(FacenetError) -> [Tensor]? { [tensor] }
  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    throw FacenetError(.internal, "a constant does not run")
  }
}

/// One value throughout a shape that input 0 gives: ONNX `ConstantOfShape`.
package struct ConstantOfShape: Operator {
  package let value: Tensor

  /// - Throws: `invalidArgument` unless the value is one element.
  package init(value: Tensor) throws(FacenetError) {
    guard value.count == 1 else {
      throw FacenetError(.invalidArgument, "its value is \(value.type), wanted one element")
    }
    self.value = value
  }

  package var name: String { "ConstantOfShape" }
  package var constantInputs: Set<Int> { [0] }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let shape = try inputs[0]!.constant?.integers() ?? []
    return [try TensorType.checked(value.type.element, shape)]
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let output = site.outputs[0]
    let copy = StridedCopy(shape: output.shape, from: output.shape.map { _ in 0 }, to: output.strides)
    let value = value
    return Kernel("fill") { frame in
      copy.run(
        value.bytes.assumingMemoryBound(to: UInt8.self).baseAddress!, frame.output(0),
        elementSize: value.type.element.size)
      withExtendedLifetime(value) {}
    }
  }
}

/// The sizes of input 0: ONNX `Shape` (a range of axes) and `Size` (the number of elements).
package struct ShapeOf: Operator {
  package enum Kind: Sendable, Hashable { case axes(start: Int, end: Int?), count }

  package let kind: Kind

  package init(_ kind: Kind) { self.kind = kind }

  package var name: String { kind == .count ? "Size" : "Shape" }
  package var readsOnlyTypes: Bool { true }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    [TensorType(.int64, kind == .count ? [] : [sizes(inputs[0]!.shape).count])]
  }

  package func knownOutputs(_ inputs: [Operand?]) throws(FacenetError) -> [Tensor]? {
    let shape = inputs[0]!.shape
    if kind == .count { return [try Tensor([], [Int64(inputs[0]!.type.count)])] }
    let sizes = sizes(shape)
    return [try Tensor([sizes.count], sizes.map { Int64($0) })]
  }

  private func sizes(_ shape: [Int]) -> [Int] {
    guard case .axes(let start, let end) = kind else { return shape }
    let resolve = { (axis: Int) in
      let clamped = max(-shape.count, min(shape.count, axis))
      return clamped < 0 ? clamped + shape.count : clamped
    }
    let (first, last) = (resolve(start), resolve(end ?? shape.count))
    return first < last ? Array(shape[first..<last]) : []
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .anyToPlain }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    throw FacenetError(.internal, "a shape is known before the run")
  }
}
