// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// How output pixels are taken together.
@frozen public enum DepthwiseForm: Sendable {
  /// Two rows by four columns: 3x3 kernels, not dilated, the same stride of 1 or 2 both ways.
  case pairs
  /// Four columns of a row: kernels of up to 7 rows and 5 or 7 columns, not dilated, stride 1 from left to right.
  case runs
  /// One by one, whatever the kernel.
  case pixels
}

/// Columns of one row of output pixels, or of two, of a convolution in which each channel has its own kernel.
@frozen public struct DepthwiseRows {
  /// Pixel (0, 0) of the row under the first kernel row. It may lie outside the image: only `lines` are read.
  public var input: UnsafePointer<Float>
  public var inputPixelStride = 0
  /// From one kernel row's input to the next.
  public var inputRowStride = 0
  /// Pixels in an input row.
  public var width = 0
  /// The input rows inside the image, counted from `input` in steps of `inputRowStride`.
  public var lines = 0..<0
  public var kernelWidth = 0
  public var stride = 0
  public var dilation = 0
  public var padLeft = 0
  public var channels = 0
  /// (register of channels, kernel row, kernel column, lane): those of one register lie together.
  public var weights: UnsafePointer<Float>
  /// Positions of the kernel.
  public var taps = 0
  /// Output pixel (0, 0).
  public var output: UnsafeMutablePointer<Float>
  public var outputPixelStride = 0
  public var outputRowStride = 0
  /// Output columns to compute.
  public var columns = 0..<0
  /// 1, or 2 where they are computed in pairs.
  public var rows = 1
  public var residual: UnsafePointer<Float>?
  public var residualPixelStride = 0
  public var residualRowStride = 0
  public var form = DepthwiseForm.pixels
  public var epilogue: Epilogue
  /// Room for the inputs of the windows that are computed together, ``patchCount`` floats.
  public var patch: UnsafeMutablePointer<Float>

  /// Seven lines of ten columns, what a run of 7x7 kernels reads, of the widest registers.
  @inlinable public static var patchCount: Int { 7 * 10 * 16 }

  @inlinable public init(
    input: UnsafePointer<Float>, weights: UnsafePointer<Float>, patch: UnsafeMutablePointer<Float>,
    output: UnsafeMutablePointer<Float>, epilogue: Epilogue
  ) {
    self.input = input
    self.patch = patch
    self.weights = weights
    self.output = output
    self.epilogue = epilogue
  }

  /// The same for `count` channels from `channel` on, the first of a register.
  @inlinable public func channels(from channel: Int, count: Int) -> DepthwiseRows {
    var part = self
    part.input += channel
    part.weights += taps &* channel
    part.output += channel
    part.residual = residual.map { $0 + channel }
    part.epilogue = epilogue.advanced(by: channel)
    part.channels = count
    return part
  }
}

public protocol DepthwiseKernels {
  static func run(_ rows: DepthwiseRows)
}

extension DepthwiseKernels where Self: InstructionSet {
  @inlinable @inline(__always) public static func run(_ rows: DepthwiseRows) {
    switch rows.form {
    case .pairs:
      // Strides are told apart for each register, or the addresses of one would be kept for all, in memory: 0.85 of the
      // speed.
      forEachBlock(rows, 4) {
        if rows.stride == 1 { pairs(rows, $0, $1, $2, 1) } else { pairs(rows, $0, $1, $2, 2) }
      }
    case .runs:
      forEachBlock(rows, 4) {
        if rows.kernelWidth == 5 {
          run(rows, $0, $1, $2, InlineArray<5, Vector>.self)
        } else {
          run(rows, $0, $1, $2, InlineArray<7, Vector>.self)
        }
      }
    case .pixels: forEachBlock(rows, 1) { pixel(rows, $0, $1, $2) }
    }
  }

  /// All channels of some columns before the next columns, as they lie in memory, so that the processor foresees what is
  /// read next.
  @inlinable @inline(__always) static func forEachBlock(
    _ rows: DepthwiseRows, _ columns: Int, _ body: (_ channel: Int, _ part: Int?, _ column: Int) -> Void
  ) {
    for x in Swift.stride(from: rows.columns.lowerBound, to: rows.columns.upperBound, by: columns) {
      Vector.forEachRegister(rows.channels) { body($0, $1, x) }
    }
  }

  /// Two rows of four columns from `x` on of 3x3 kernels: each input is loaded once and goes into every sum that it
  /// belongs to.
  @inlinable @inline(__always)
  static func pairs(_ rows: DepthwiseRows, _ c: Int, _ part: Int?, _ x: Int, _ stride: Int) {
    let tap = { (k: Int) in Vector(at: rows.weights + (9 &* c &+ k &* Vector.width)) }
    // Written out: the initializer that repeats a value would be a function of its own.
    let taps: InlineArray<9, Vector> = [tap(0), tap(1), tap(2), tap(3), tap(4), tap(5), tap(6), tap(7), tap(8)]
    let inputs = inputs(rows, c, part, column: x &* stride, 0..<(3 &+ stride), columns: 3 &* stride &+ 3)
    var sums = InlineArray<8, Vector>(repeating: Vector(at: rows.epilogue.bias + c))
    // One by one: a loop over lines would be too long to unroll, and the sums would lose their registers.
    addLine(0, inputs, part, taps, stride, &sums)
    addLine(1, inputs, part, taps, stride, &sums)
    addLine(2, inputs, part, taps, stride, &sums)
    addLine(3, inputs, part, taps, stride, &sums)
    if stride == 2 { addLine(4, inputs, part, taps, stride, &sums) }
    store(sums, 4, rows, c, part, x)
  }

  /// Adds one line of the input to the sums of both rows.
  @inlinable @inline(__always) static func addLine(
    _ line: Int, _ inputs: DepthwiseInputs, _ part: Int?, _ taps: InlineArray<9, Vector>, _ stride: Int,
    _ sums: inout InlineArray<8, Vector>
  ) {
    for column in 0..<(3 &* stride &+ 3) {
      let value = Vector(at: inputs.pointer(line, column), part)
      for i in 0..<8 {
        let (ky, kx) = (line &- (i / 4) &* stride, column &- (i % 4) &* stride)
        if ky >= 0 && ky < 3 && kx >= 0 && kx < 3 { sums[i] = multiplyAdd(value, taps[ky &* 3 &+ kx], sums[i]) }
      }
    }
  }

  /// Four columns from `x` on of one row of undilated kernels of stride 1.
  @inlinable @inline(__always) static func run<let kernel: Int>(
    _ rows: DepthwiseRows, _ c: Int, _ part: Int?, _ x: Int, _: InlineArray<kernel, Vector>.Type
  ) {
    let inputs = inputs(rows, c, part, column: x, rows.lines, columns: 3 &+ kernel)
    var sums = InlineArray<4, Vector>(repeating: Vector(at: rows.epilogue.bias + c))
    for line in rows.lines {
      let weights = rows.weights + (rows.taps &* c &+ line &* kernel &* Vector.width)
      var taps = InlineArray<kernel, Vector>(repeating: Vector(0))
      for k in 0..<kernel { taps[k] = Vector(at: weights + k &* Vector.width) }
      for column in 0..<(3 &+ kernel) {
        let value = Vector(at: inputs.pointer(line, column), part)
        for i in 0..<4 {
          let k = column &- i
          if k >= 0 && k < kernel { sums[i] = multiplyAdd(value, taps[k], sums[i]) }
        }
      }
    }
    store(sums, 4, rows, c, part, x)
  }

  /// The input under some windows, from column `column` of the padded image on: where it lies if all of it is inside the
  /// image, else a copy among zeros.
  @inlinable @inline(__always) static func inputs(
    _ rows: DepthwiseRows, _ c: Int, _ part: Int?, column: Int, _ lines: Range<Int>, columns: Int
  ) -> DepthwiseInputs {
    let left = column &- rows.padLeft
    let source = rows.input + (left &* rows.inputPixelStride &+ c)
    let inputs = DepthwiseInputs(start: source, rowStride: rows.inputRowStride, pixelStride: rows.inputPixelStride)
    if left >= 0 && left &+ columns <= rows.width && lines == rows.lines { return inputs }
    for line in lines {
      for column in 0..<columns {
        let isInside = rows.lines.contains(line) && left &+ column >= 0 && left &+ column < rows.width
        let value = isInside ? Vector(at: inputs.pointer(line, column), part) : Vector(0)
        value.store(to: rows.patch + (line &* columns &+ column) &* Vector.width)
      }
    }
    return DepthwiseInputs(
      start: UnsafePointer(rows.patch), rowStride: columns &* Vector.width, pixelStride: Vector.width)
  }

  /// One pixel of one row, whatever the kernel.
  @inlinable @inline(__always) static func pixel(_ rows: DepthwiseRows, _ c: Int, _ part: Int?, _ x: Int) {
    var sums = InlineArray<1, Vector>(repeating: Vector(at: rows.epilogue.bias + c))
    for line in rows.lines {
      var column = x &* rows.stride &- rows.padLeft
      for k in 0..<rows.kernelWidth {
        if column >= 0 && column < rows.width {
          let source = rows.input + (line &* rows.inputRowStride &+ column &* rows.inputPixelStride &+ c)
          let tap = rows.weights + (rows.taps &* c &+ (line &* rows.kernelWidth &+ k) &* Vector.width)
          sums[0] = multiplyAdd(Vector(at: source, part), Vector(at: tap), sums[0])
        }
        column &+= rows.dilation
      }
    }
    store(sums, 1, rows, c, part, x)
  }

  /// Stores the sums of `columns` pixels a row from column `x` on, those that are asked for.
  @inlinable @inline(__always) static func store<let count: Int>(
    _ sums: InlineArray<count, Vector>, _ columns: Int, _ rows: DepthwiseRows, _ c: Int, _ part: Int?, _ x: Int
  ) {
    let left = rows.columns.upperBound &- x
    if columns <= left && columns &* rows.rows == count {
      var sums = sums
      if let residual = rows.residual {
        for i in 0..<count {
          let offset = (i / columns) &* rows.residualRowStride &+ (x &+ i % columns) &* rows.residualPixelStride
          sums[i] = sums[i] + Vector(at: residual + (offset &+ c), part)
        }
      }
      rows.epilogue.activate(&sums, c, Self.self)
      for i in 0..<count {
        let offset = (i / columns) &* rows.outputRowStride &+ (x &+ i % columns) &* rows.outputPixelStride
        sums[i].store(to: rows.output + (offset &+ c), part)
      }
      return
    }
    // Through memory: sums chosen at run time have no registers.
    for i in 0..<count { sums[i].store(to: rows.patch + i &* Vector.width) }
    for row in 0..<rows.rows {
      for column in 0..<min(columns, left) {
        var sum = Vector(at: rows.patch + (row &* columns &+ column) &* Vector.width)
        if let residual = rows.residual {
          let offset = row &* rows.residualRowStride &+ (x &+ column) &* rows.residualPixelStride
          sum = sum + Vector(at: residual + (offset &+ c), part)
        }
        let offset = row &* rows.outputRowStride &+ (x &+ column) &* rows.outputPixelStride
        rows.epilogue.activate(sum, c, Self.self).store(to: rows.output + (offset &+ c), part)
      }
    }
  }
}

/// Some columns of some lines of one register of channels.
@usableFromInline @frozen struct DepthwiseInputs {
  @usableFromInline let start: UnsafePointer<Float>
  @usableFromInline let rowStride: Int
  @usableFromInline let pixelStride: Int

  @inlinable @inline(__always) init(start: UnsafePointer<Float>, rowStride: Int, pixelStride: Int) {
    self.start = start
    self.rowStride = rowStride
    self.pixelStride = pixelStride
  }

  @inlinable @inline(__always) func pointer(_ line: Int, _ column: Int) -> UnsafePointer<Float> {
    start + (line &* rowStride &+ column &* pixelStride)
  }
}
