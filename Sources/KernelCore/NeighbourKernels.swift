// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// Convolutions in groups of two channels, 2i and 2i + 1: depthwise ones in which each output channel also sums its
/// neighbour's input, which is the same register with neighbouring lanes exchanged.
public protocol NeighbourKernels {
  /// - Parameters:
  ///   - rows: one row; `runs` stands for kernels of up to 7 rows and 3 columns, stride 1 or 2.
  ///   - neighbourWeights: what `rows.weights` are for a channel's own input, for its neighbour's.
  static func run(_ rows: DepthwiseRows, neighbourWeights: UnsafePointer<Float>)
}

extension NeighbourKernels where Self: InstructionSet & DepthwiseKernels {
  @inlinable @inline(__always)
  public static func run(_ rows: DepthwiseRows, neighbourWeights: UnsafePointer<Float>) {
    switch (rows.form, rows.stride) {
    case (.pixels, _): forEachBlock(rows, 1) { pixel(rows, neighbourWeights, $0, $1, $2) }
    case (_, 1): forEachBlock(rows, 4) { run(rows, neighbourWeights, $0, $1, $2, 1) }
    case (_, _): forEachBlock(rows, 4) { run(rows, neighbourWeights, $0, $1, $2, 2) }
    }
  }

  /// Four columns from `x` on: each input is loaded and exchanged once and goes into every sum that it belongs to.
  @inlinable @inline(__always) static func run(
    _ rows: DepthwiseRows, _ neighbours: UnsafePointer<Float>, _ c: Int, _ part: Int?, _ x: Int, _ stride: Int
  ) {
    let inputs = inputs(rows, c, part, column: x &* stride, rows.lines, columns: 3 &* stride &+ 3)
    var sums = InlineArray<4, Vector>(repeating: Vector(at: rows.epilogue.bias + c))
    for line in rows.lines {
      let position = { (k: Int) in rows.taps &* c &+ (3 &* line &+ k) &* Vector.width }
      let tap = { (k: Int) in Vector(at: rows.weights + position(k)) }
      let neighbour = { (k: Int) in Vector(at: neighbours + position(k)) }
      // Written out: the initializer that repeats a value would be a function of its own.
      let taps: InlineArray<3, Vector> = [tap(0), tap(1), tap(2)]
      let neighbourTaps: InlineArray<3, Vector> = [neighbour(0), neighbour(1), neighbour(2)]
      for column in 0..<(3 &* stride &+ 3) {
        let value = Vector(at: inputs.pointer(line, column), part)
        let exchanged = value.neighboursExchanged
        for i in 0..<4 {
          let k = column &- i &* stride
          if k >= 0 && k < 3 {
            sums[i] = multiplyAdd(exchanged, neighbourTaps[k], multiplyAdd(value, taps[k], sums[i]))
          }
        }
      }
    }
    store(sums, 4, rows, c, part, x)
  }

  /// One output pixel, whatever the kernel.
  @inlinable @inline(__always) static func pixel(
    _ rows: DepthwiseRows, _ neighbours: UnsafePointer<Float>, _ c: Int, _ part: Int?, _ x: Int
  ) {
    var sums = InlineArray<1, Vector>(repeating: Vector(at: rows.epilogue.bias + c))
    for line in rows.lines {
      var column = x &* rows.stride &- rows.padLeft
      for k in 0..<rows.kernelWidth {
        if column >= 0 && column < rows.width {
          let source = rows.input + (line &* rows.inputRowStride &+ column &* rows.inputPixelStride &+ c)
          let value = Vector(at: source, part)
          let tap = rows.taps &* c &+ (line &* rows.kernelWidth &+ k) &* Vector.width
          sums[0] = multiplyAdd(value, Vector(at: rows.weights + tap), sums[0])
          sums[0] = multiplyAdd(value.neighboursExchanged, Vector(at: neighbours + tap), sums[0])
        }
        column &+= rows.dilation
      }
    }
    store(sums, 1, rows, c, part, x)
  }
}
