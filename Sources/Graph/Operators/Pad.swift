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
    var axes: [PaddedAxis] = []
    for axis in output.layout.memoryOrder(rank: output.rank) {
      let sources = (0..<output.shape[axis]).map { source($0 - before[axis], input.shape[axis]) }
      axes.append(
        PaddedAxis(sources: sources, step: input.strides[axis], isWhole: sources.elementsEqual(0..<input.shape[axis])))
    }
    let size = input.type.element.size
    let fill = try fillBytes(site.inputs, input.type.element)
    let copy = PaddedCopy(axes: axes, elementSize: size, fill: fill)
    return Kernel("pad") { frame in
      var target: UnsafeMutablePointer<UInt8> = frame.output(0)
      copy.run(frame.input(0), &target, axis: 0)
    }
  }

  /// The position along an axis that an output position shows, -1 for the value.
  private func source(_ position: Int, _ size: Int) -> Int {
    if position >= 0 && position < size { return position }
    switch mode {
    case .constant: return -1
    case .edge: return max(0, min(size - 1, position))
    case .wrap: return ((position % size) + size) % size
    case .reflect:
      if size == 1 { return 0 }
      let period = 2 * (size - 1)
      let inside = ((position % period) + period) % period
      return inside < size ? inside : period - inside
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
  let sources: [Int]
  let step: Int
  let isWhole: Bool
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
      inner.append(inner[inner.count - 1] * axis.sources.count)
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
    for position in axes[axis].sources {
      if position >= 0 {
        run(source + position * axes[axis].step * elementSize, &target, axis: axis + 1)
      } else {
        for index in 0..<inner[axis + 1] { target[index] = fill[index % elementSize] }
        target += inner[axis + 1]
      }
    }
  }
}
