import Core

/// From, to and step along axes, negative positions counted from the end: ONNX `Slice`. What the file gives as inputs 1
/// to 4 is nil here.
package struct Slice: Operator {
  package struct Bounds: Sendable, Hashable {
    package var starts: [Int]
    package var ends: [Int]
    package var axes: [Int]?

    package init(starts: [Int], ends: [Int], axes: [Int]?) {
      self.starts = starts
      self.ends = ends
      self.axes = axes
    }
  }

  package let bounds: Bounds?

  package init(_ bounds: Bounds?) { self.bounds = bounds }

  package var name: String { "Slice" }
  package var constantInputs: Set<Int> { [1, 2, 3, 4] }

  /// One cut along one axis.
  private struct Cut {
    var axis: Int
    var start: Int
    var step: Int
    var count: Int
  }

  private func cuts(_ inputs: [Operand?]) throws(FacenetError) -> [Cut] {
    let shape = inputs[0]!.shape
    let given: Bounds
    if let bounds { given = bounds } else { given = try Self.bounds(inputs) }
    let (starts, ends, named) = (given.starts, given.ends, given.axes)
    let axes = try resolvedAxesInOrder(named ?? Array(starts.indices), rank: shape.count)
    let steps = try inputs.optional(4)?.constant?.integers() ?? starts.map { _ in 1 }
    guard starts.count == ends.count, starts.count == axes.count, starts.count == steps.count else {
      throw FacenetError(
        .invalidArgument,
        "\(starts.count) starts, \(ends.count) ends, \(axes.count) axes and \(steps.count) steps do not agree")
    }
    var cuts: [Cut] = []
    for (index, axis) in axes.enumerated() {
      guard steps[index] != 0, steps[index] != .min else {
        throw FacenetError(.invalidArgument, "the step along axis \(axis) is \(steps[index])")
      }
      cuts.append(cut(axis, shape[axis], starts[index], ends[index], steps[index]))
    }
    return cuts
  }

  private static func bounds(_ inputs: [Operand?]) throws(FacenetError) -> Bounds {
    Bounds(
      starts: try inputs.optional(1)?.constant?.integers() ?? [],
      ends: try inputs.optional(2)?.constant?.integers() ?? [],
      axes: try inputs.optional(3)?.constant?.integers())
  }

  /// Bounds are clamped to the axis as the specification says.
  private func cut(_ axis: Int, _ size: Int, _ start: Int, _ end: Int, _ step: Int) -> Cut {
    let resolve = { (position: Int, lowest: Int, highest: Int) in
      let clamped = max(-size - 1, min(size, position))
      return max(lowest, min(highest, clamped < 0 ? clamped + size : clamped))
    }
    if step > 0 {
      let (first, last) = (resolve(start, 0, size), resolve(end, 0, size))
      return Cut(axis: axis, start: first, step: step, count: last <= first ? 0 : (last - first - 1) / step + 1)
    }
    let (first, last) = (resolve(start, 0, size - 1), resolve(end, -1, size - 1))
    let count = size == 0 || last >= first ? 0 : (first - last - 1) / -step + 1
    return Cut(axis: axis, start: first, step: step, count: count)
  }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    var shape = inputs[0]!.shape
    for cut in try cuts(inputs) { shape[cut.axis] = cut.count }
    return [TensorType(inputs[0]!.type.element, shape)]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }
  package var readsViews: Bool { true }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let (input, output) = (site.inputs[0]!, site.outputs[0])
    let size = input.type.element.size
    var (from, offset) = (input.strides, 0)
    for cut in try cuts(site.inputs) where cut.count > 0 {
      offset += cut.start * input.strides[cut.axis] * size
      from[cut.axis] = cut.count == 1 ? 0 : input.strides[cut.axis] * cut.step
    }
    let copy = StridedCopy(shape: output.shape, from: from, to: output.strides)
    let start = offset
    return Kernel("slice") { frame in copy.run(frame.input(0) + start, frame.output(0), elementSize: size) }
  }
}

/// Axes counted from the first, in the order given.
private func resolvedAxesInOrder(_ axes: [Int], rank: Int) throws(FacenetError) -> [Int] {
  _ = try resolvedAxes(axes, rank: rank)
  return axes.map { $0 < 0 ? $0 + rank : $0 }
}
