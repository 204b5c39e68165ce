import Core

/// The same values under another shape: ONNX `Reshape`, `Flatten`, `Squeeze`, `Unsqueeze`. Nothing is copied.
///
/// Inputs: data, and where the kind has none of its own: the new shape or the axes.
package struct Reshape: Operator {
  package enum Kind: Sendable, Hashable {
    /// The shape is input 1; -1 takes what is left, 0 keeps a size unless `allowsZero`.
    case shape(allowsZero: Bool)
    /// Axes before the axis become rows, the others columns.
    case flatten(axis: Int)
    /// Axes of size 1 go: those named here or by input 1, else all.
    case squeeze([Int]?)
    /// Axes of size 1 come in, counted in the result, named here or by input 1.
    case unsqueeze([Int]?)
  }

  package let kind: Kind

  package init(_ kind: Kind) { self.kind = kind }

  package var name: String {
    switch kind {
    case .shape: "Reshape"
    case .flatten: "Flatten"
    case .squeeze: "Squeeze"
    case .unsqueeze: "Unsqueeze"
    }
  }

  package var constantInputs: Set<Int> { [1] }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let input = inputs[0]!
    let list = try inputs.optional(1)?.constant?.integers()
    return [TensorType(input.type.element, try shape(of: input.type, list))]
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel { .alias }

  private func shape(of input: TensorType, _ list: [Int]?) throws(FacenetError) -> [Int] {
    let shape = input.shape
    switch kind {
    case .shape(let allowsZero):
      guard let list else { throw FacenetError(.corrupt, "the new shape is missing") }
      return try reshaped(input, to: list, allowsZero: allowsZero)
    case .flatten(let axis):
      let axis = try resolvedAxis(axis, rank: shape.count, allowsEnd: true)
      return [shape[..<axis].reduce(1, *), shape[axis...].reduce(1, *)]
    case .squeeze(let axes):
      guard let axes = axes ?? list else { return shape.filter { $0 != 1 } }
      let removed = Set(try resolvedAxes(axes, rank: shape.count))
      for axis in removed where shape[axis] != 1 {
        throw FacenetError(.invalidArgument, "axis \(axis) of \(input) is not of size 1")
      }
      return shape.indices.filter { !removed.contains($0) }.map { shape[$0] }
    case .unsqueeze(let axes):
      guard let axes = axes ?? list else { throw FacenetError(.corrupt, "the axes are missing") }
      try checkRank(shape.count + axes.count)
      let added = try resolvedAxes(axes, rank: shape.count + axes.count)
      return added.reduce(into: shape) { $0.insert(1, at: $1) }
    }
  }

  private func checkRank(_ rank: Int) throws(FacenetError) {
    guard rank <= TensorType.rankLimit else {
      throw FacenetError(.tooLarge, "its output would have \(rank) axes, the limit is \(TensorType.rankLimit)")
    }
  }

  private func reshaped(_ input: TensorType, to list: [Int], allowsZero: Bool) throws(FacenetError) -> [Int] {
    try checkRank(list.count)
    var result = list
    let mismatch = FacenetError(.invalidArgument, "\(input) cannot take the shape \(list)")
    for (axis, size) in list.enumerated() where size == 0 && !allowsZero {
      guard axis < input.shape.count else { throw mismatch }
      result[axis] = input.shape[axis]
    }
    let open = result.indices.filter { result[$0] == -1 }
    guard open.count <= 1, result.allSatisfy({ $0 >= -1 }) else { throw mismatch }
    let known = try checkedProduct(result.filter { $0 != -1 }, what: "the shape \(list)")
    if let axis = open.first {
      guard known > 0, input.count % known == 0 else { throw mismatch }
      result[axis] = input.count / known
    } else if known != input.count {
      throw mismatch
    }
    return result
  }
}
