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
  /// Neighbouring positions that show neighbouring ones of the input, or the value where there is no source.
  struct Run {
    var source: Int?
    var count: Int
  }

  let runs: [Run]
  let output: Int
  let isWhole: Bool
  /// Elements of the input from one position to the next.
  let step: Int

  init(mode: Pad.Mode, before: Int, input: Int, output: Int, step: Int) {
    self.output = output
    self.step = step
    isWhole = before == 0 && input == output
    var runs: [Run] = []
    for position in 0..<output {
      let source = Self.source(position - before, input, mode)
      if let last = runs.last, source == last.source.map({ $0 + last.count }) {
        runs[runs.count - 1].count += 1
      } else {
        runs.append(Run(source: source, count: 1))
      }
    }
    self.runs = runs
  }

  /// The input position that one counted from the input's start shows, nil for the value.
  private static func source(_ position: Int, _ input: Int, _ mode: Pad.Mode) -> Int? {
    if position >= 0 && position < input { return position }
    switch mode {
    case .constant: return nil
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
    for run in axes[axis].runs {
      guard let position = run.source else {
        write(&target, run.count * inner[axis])
        continue
      }
      let step = axes[axis].step * elementSize
      let start = source + position * step
      if isDense[axis] {
        copy(start, &target, run.count * inner[axis])
      } else {
        for index in 0..<run.count { self.run(start + index * step, &target, axis: axis + 1) }
      }
    }
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
