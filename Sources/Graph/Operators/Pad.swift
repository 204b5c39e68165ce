import Core

/// A frame around a tensor, or a cut where a width is negative: ONNX `Pad`. What the file gives as inputs (1 widths,
/// 2 value, 3 axes) is nil here.
package struct Pad: Operator {
  package enum Mode: Sendable, Hashable { case constant, reflect, edge, wrap }

  package let mode: Mode
  package let widths: [Int]?
  package let value: Float

  package init(mode: Mode, widths: [Int]?, value: Float) {
    self.mode = mode
    self.widths = widths
    self.value = value
  }

  package var name: String { "Pad" }
  package var constantInputs: Set<Int> { [1, 2, 3] }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let (before, after) = try resolved(inputs)
    let input = inputs[0]!.type
    let shape = input.shape.indices.map { input.shape[$0] + before[$0] + after[$0] }
    for axis in shape.indices {
      guard shape[axis] >= 0, mode == .constant || input.shape[axis] > 0 || shape[axis] == 0 else {
        throw FacenetError(.invalidArgument, "\(input) cannot be padded by \(before) before and \(after) after")
      }
    }
    return [TensorType(input.element, shape)]
  }

  private func resolved(_ inputs: [Operand?]) throws(FacenetError) -> (before: [Int], after: [Int]) {
    let rank = inputs[0]!.rank
    let listed = try inputs.optional(1)?.constant?.integers()
    let widths = widths ?? listed ?? []
    let axes = try inputs.optional(3)?.constant?.integers() ?? Array(0..<rank)
    _ = try resolvedAxes(axes, rank: rank)
    guard widths.count == 2 * axes.count, widths.allSatisfy({ abs($0.clamped) < 1 << 31 }) else {
      throw FacenetError(.invalidArgument, "\(widths) does not hold two widths for each of \(axes.count) axes")
    }
    var (before, after) = ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank))
    for (index, axis) in axes.enumerated() {
      before[axis < 0 ? axis + rank : axis] = widths[index]
      after[axis < 0 ? axis + rank : axis] = widths[index + axes.count]
    }
    return (before, after)
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let (input, output) = (site.inputs[0]!, site.outputs[0])
    let (before, _) = try resolved(site.inputs)
    let fill = try fillBytes(site.inputs, input.type.element)
    guard output.type.count > 0 else { return Kernel("empty") { _ in } }
    let axes = output.layout.memoryOrder(rank: output.rank).map { axis in
      PaddedAxis(
        mode: mode, before: before[axis], input: input.shape[axis], output: output.shape[axis],
        step: input.strides[axis])
    }
    let copy = PaddedCopy(axes: axes, elementSize: input.type.element.size, fill: fill)
    return Kernel("pad") { frame in
      var target: UnsafeMutablePointer<UInt8> = frame.output(0)
      copy.run(frame.input(0), &target, axis: 0)
    }
  }

  private func fillBytes(_ inputs: [Operand?], _ element: ElementType) throws(FacenetError) -> [UInt8] {
    if let tensor = inputs.optional(2)?.constant {
      guard tensor.type.element == element, tensor.count == 1 else {
        throw FacenetError(.invalidArgument, "the value is \(tensor.type), wanted one \(element)")
      }
      return Array(tensor.bytes)
    }
    return element == .float32 ? withUnsafeBytes(of: value) { Array($0) } : [UInt8](repeating: 0, count: element.size)
  }
}

extension Int {
  /// Itself, but not the one number that has no absolute value.
  fileprivate var clamped: Int { self == .min ? .max : self }
}

/// Where the positions of one output axis come from.
private struct PaddedAxis {
  let mode: Pad.Mode
  let before: Int
  let input: Int
  let output: Int
  /// Elements of the input from one position to the next.
  let step: Int

  var isWhole: Bool { before == 0 && input == output }

  /// The input position that an output position shows, -1 for the value.
  func source(_ output: Int) -> Int {
    let position = output - before
    if position >= 0 && position < input { return position }
    switch mode {
    case .constant: return -1
    case .edge: return max(0, min(input - 1, position))
    case .wrap: return ((position % input) + input) % input
    case .reflect:
      if input == 1 { return 0 }
      let period = 2 * (input - 1)
      let inside = ((position % period) + period) % period
      return inside < input ? inside : period - inside
    }
  }
}

private struct PaddedCopy {
  let axes: [PaddedAxis]
  let elementSize: Int
  let fill: [UInt8]
  /// Bytes of everything inside an axis, and whether they are copied as they lie.
  private let inner: [Int]
  private let contiguous: [Bool]

  init(axes: [PaddedAxis], elementSize: Int, fill: [UInt8]) {
    self.axes = axes
    self.elementSize = elementSize
    self.fill = fill
    var (inner, contiguous) = ([elementSize], [true])
    for axis in axes.reversed() {
      contiguous.append(contiguous[contiguous.count - 1] && axis.isWhole)
      inner.append(inner[inner.count - 1] * axis.output)
    }
    self.inner = inner.reversed()
    self.contiguous = contiguous.reversed()
  }

  func run(_ source: UnsafePointer<UInt8>, _ target: inout UnsafeMutablePointer<UInt8>, axis: Int) {
    if contiguous[axis] {
      target.update(from: source, count: inner[axis])
      target += inner[axis]
      return
    }
    for output in 0..<axes[axis].output {
      let position = axes[axis].source(output)
      if position >= 0 {
        run(source + position * axes[axis].step * elementSize, &target, axis: axis + 1)
      } else {
        for index in 0..<inner[axis + 1] { target[index] = fill[index % elementSize] }
        target += inner[axis + 1]
      }
    }
  }
}
