import Kernels

/// Memories 0 and 1 are read, memory 2 is written.
extension LoopNest {
  /// Calls `body` with each run of the innermost axis: where it starts, its length and its steps.
  func forEachRun(_ body: (_ start: Steps, _ count: Int, _ step: Steps) -> Void) {
    let (size, step) = axis(fromInnermost: 0)
    forEach(above: 1) { body($0, size, step) }
  }

  /// One function of two values everywhere, in any steps.
  @inline(__always)
  func map<A, B, C>(
    _ a: UnsafePointer<A>, _ b: UnsafePointer<B>, _ output: UnsafeMutablePointer<C>, _ function: (A, B) -> C
  ) {
    forEachRun { start, count, step in
      let (a, b, output) = (a + start[0], b + start[1], output + start[2])
      let (stepA, stepB, stepOutput) = (step[0], step[1], step[2])
      for i in 0..<count { output[i &* stepOutput] = function(a[i &* stepA], b[i &* stepB]) }
    }
  }

  /// Whether the two innermost axes are pixels and channels, one memory dense and the other repeated at every pixel.
  func isChannelwise(dense: Int, repeated: Int) -> Bool {
    let (channels, inner) = axis(fromInnermost: 0)
    let (pixels, outer) = axis(fromInnermost: 1)
    return pixels > 1 && inner[dense] == 1 && inner[repeated] == 1 && inner[2] == 1 && outer[dense] == channels
      && outer[repeated] == 0 && outer[2] == channels
  }

  /// Calls `body` with each block of pixels and channels: where it starts and its two sizes.
  func forEachBlock(_ body: (_ start: Steps, _ pixels: Int, _ channels: Int) -> Void) {
    let (pixels, channels) = (axis(fromInnermost: 1).size, axis(fromInnermost: 0).size)
    forEach(above: 2) { body($0, pixels, channels) }
  }

  func run(
    _ operation: BinaryOperation, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>
  ) {
    if isChannelwise(dense: 0, repeated: 1) { return runChannelwise(operation, a, 0, b, 1, output) }
    let commutes = operation != .subtract && operation != .divide
    if commutes && isChannelwise(dense: 1, repeated: 0) { return runChannelwise(operation, b, 1, a, 0, output) }
    forEachRun { start, count, step in
      let (a, b, output) = (a + start[0], b + start[1], output + start[2])
      switch (step[0], step[1], step[2]) {
      case (1, 1, 1): Elementwise.run(operation, a, b, into: output, count: count)
      case (1, 0, 1): Elementwise.run(operation, a, b.pointee, into: output, count: count)
      case (0, 1, 1): Elementwise.run(operation, a.pointee, b, into: output, count: count)
      default:
        for i in 0..<count {
          Elementwise.run(
            operation, a + i &* step[0], b + i &* step[1], into: output + i &* step[2], count: 1)
        }
      }
    }
  }

  private func runChannelwise(
    _ operation: BinaryOperation, _ dense: UnsafePointer<Float>, _ denseIndex: Int, _ values: UnsafePointer<Float>,
    _ valuesIndex: Int, _ output: UnsafeMutablePointer<Float>
  ) {
    forEachBlock { start, pixels, channels in
      Channelwise.run(
        operation, pixels: pixels, channels: channels, input: dense + start[denseIndex], inputStride: channels,
        values: values + start[valuesIndex], output: output + start[2], outputStride: channels)
    }
  }

  func run<Value: FixedWidthInteger>(
    _ function: Arithmetic.Function, _ a: UnsafePointer<Value>, _ b: UnsafePointer<Value>,
    _ output: UnsafeMutablePointer<Value>
  ) {
    switch function {
    case .add, .mean: map(a, b, output) { $0 &+ $1 }
    case .subtract: map(a, b, output) { $0 &- $1 }
    case .multiply: map(a, b, output) { $0 &* $1 }
    case .divide: map(a, b, output) { $0.dividedReportingOverflow(by: $1).partialValue }
    case .minimum: map(a, b, output) { min($0, $1) }
    case .maximum: map(a, b, output) { max($0, $1) }
    }
  }
}
