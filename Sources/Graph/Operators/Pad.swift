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
struct PaddedAxis {
  /// Neighbouring positions that show those of the input a step of 1, 0 or -1 apart, or the value where there is no
  /// source.
  struct Run: Equatable {
    var source: Int?
    var step: Int
    var count: Int
  }

  let mode: Pad.Mode
  let before: Int
  /// Positions of the input, at least one unless the mode is `constant`, and of the output.
  let input: Int
  let output: Int
  /// Elements of the input from one position to the next.
  let step: Int

  var isWhole: Bool { before == 0 && input == output }

  /// The positions from this one on that can be read as one run; a run may be followed by one that continues it.
  func run(at start: Int) -> Run {
    let (position, left) = (start - before, output - start)
    if position >= 0 && position < input { return Run(source: position, step: 1, count: min(left, input - position)) }
    let outside = min(left, position < 0 ? -position : left)
    switch mode {
    case .constant: return Run(source: nil, step: 0, count: outside)
    case .reflect where input > 1: return reflected(position, left)
    case .wrap:
      let source = ((position % input) + input) % input
      return Run(source: source, step: 1, count: min(left, input - source))
    case .edge, .reflect: return Run(source: position < 0 ? 0 : input - 1, step: 0, count: outside)
    }
  }

  /// Up to the last position of the input, and from there down to the second.
  private func reflected(_ position: Int, _ left: Int) -> Run {
    let (last, period) = (input - 1, 2 * (input - 1))
    let inside = ((position % period) + period) % period
    if inside < last { return Run(source: inside, step: 1, count: min(left, last - inside)) }
    return Run(source: period - inside, step: -1, count: min(left, period - inside))
  }
}

private struct PaddedCopy {
  let axes: [PaddedAxis]
  let elementSize: Int
  let fill: [UInt8]
  /// Bytes of one position of each axis of the output.
  private let inner: [Int]
  /// Whether neighbouring positions of each axis lie in the input as they do in the output.
  private let isDense: [Bool]

  init(axes: [PaddedAxis], elementSize: Int, fill: [UInt8]) {
    self.axes = axes
    self.elementSize = elementSize
    self.fill = fill
    var (inner, isDense): ([Int], [Bool]) = ([], [])
    var (bytes, isRun) = (elementSize, true)
    for axis in axes.reversed() {
      inner.append(bytes)
      isDense.append(isRun && axis.step * elementSize == bytes)
      isRun = isRun && axis.isWhole && axis.step * elementSize == bytes
      bytes *= axis.output
    }
    self.inner = inner.reversed()
    self.isDense = isDense.reversed()
  }

  func run(_ source: UnsafePointer<UInt8>, _ target: inout UnsafeMutablePointer<UInt8>, axis: Int) {
    guard axis < axes.count else { return copy(source, &target, elementSize) }
    var position = 0
    while position < axes[axis].output {
      let run = axes[axis].run(at: position)
      show(run, of: source, &target, axis: axis)
      position += run.count
    }
  }

  private func show(
    _ run: PaddedAxis.Run, of source: UnsafePointer<UInt8>, _ target: inout UnsafeMutablePointer<UInt8>, axis: Int
  ) {
    guard let position = run.source else { return write(&target, run.count * inner[axis]) }
    let bytes = axes[axis].step * elementSize
    let start = source + position * bytes
    if isDense[axis] && run.step == 1 { return copy(start, &target, run.count * inner[axis]) }
    for index in 0..<run.count { self.run(start + index * run.step * bytes, &target, axis: axis + 1) }
  }

  private func copy(_ source: UnsafePointer<UInt8>, _ target: inout UnsafeMutablePointer<UInt8>, _ bytes: Int) {
    target.update(from: source, count: bytes)
    target += bytes
  }

  /// The value, over and over.
  private func write(_ target: inout UnsafeMutablePointer<UInt8>, _ bytes: Int) {
    fill.withUnsafeBytes { fill in
      switch elementSize {
      case 1: write(target, bytes, fill.loadUnaligned(as: UInt8.self))
      case 4: write(target, bytes, fill.loadUnaligned(as: UInt32.self))
      default: write(target, bytes, fill.loadUnaligned(as: UInt64.self))
      }
    }
    target += bytes
  }

  private func write<Value>(_ target: UnsafeMutablePointer<UInt8>, _ bytes: Int, _ value: Value) {
    UnsafeMutableRawPointer(target).assumingMemoryBound(to: Value.self)
      .update(repeating: value, count: bytes / MemoryLayout<Value>.stride)
  }
}
