// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// One row of output pixels of a convolution in which each channel has its own kernel, or two whose kernels lie inside the
/// image as a whole and are not dilated from row to row.
@frozen public struct DepthwiseRow {
  /// Pixel (0, 0) of the row that lies under the first kernel row used.
  public var input: UnsafePointer<Float>
  public var inputPixelStride = 0
  /// From one kernel row's input to the next.
  public var inputRowStride = 0
  /// Pixels in an input row.
  public var width = 0
  /// Kernel rows that lie inside the image.
  public var kernelRows = 0
  public var kernelWidth = 0
  public var stride = 0
  public var dilation = 0
  public var padLeft = 0
  public var channels = 0
  /// (kernel row, kernel column, channel), channels padded to whole registers; the first kernel row used.
  public var weights: UnsafePointer<Float>
  public var weightStride = 0
  public var output: UnsafeMutablePointer<Float>
  public var outputPixelStride = 0
  public var outputWidth = 0
  /// 1 or 2, the stride between the inputs of two rows, and floats between their outputs.
  public var rows = 1
  public var strideHeight = 0
  public var outputRowStride = 0
  public var residualRowStride = 0
  public var residual: UnsafePointer<Float>?
  public var residualPixelStride = 0
  public var epilogue: Epilogue

  @inlinable public init(
    input: UnsafePointer<Float>, weights: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, epilogue: Epilogue
  ) {
    self.input = input
    self.weights = weights
    self.output = output
    self.epilogue = epilogue
  }

  /// Output columns whose whole window is inside the image.
  @inlinable @inline(__always) var insideColumns: Range<Int> {
    let first = min((padLeft &+ stride &- 1) / stride, outputWidth)
    let reach = width &+ padLeft &- (kernelWidth &- 1) &* dilation &- 1
    let last = reach < 0 ? first : max(first, min(reach / stride &+ 1, outputWidth))
    return Range(uncheckedBounds: (first, last))
  }

  /// The second row alone.
  @inlinable @inline(__always) var second: DepthwiseRow {
    var row = self
    row.rows = 1
    row.input += strideHeight &* inputRowStride
    row.output += outputRowStride
    row.residual = residual.map { $0 + residualRowStride }
    return row
  }
}

public protocol DepthwiseKernels {
  static func run(_ row: DepthwiseRow)
}

extension DepthwiseKernels where Self: InstructionSet {
  @inlinable @inline(__always) public static func run(_ row: DepthwiseRow) {
    let (first, last) = (row.insideColumns.lowerBound, row.insideColumns.upperBound)
    let isPair = row.rows == 2 && row.kernelRows == 3 && row.kernelWidth == 3 && row.dilation == 1
    Vector.forEachRegister(row.channels) { c, part in
      for x in 0..<first { pixel(row, c, part, x) }
      var x = first
      if isPair && row.stride == 1 && row.strideHeight == 1 { x = pairs(row, c, part, x, last, 1) }
      if isPair && row.stride == 2 && row.strideHeight == 2 { x = pairs(row, c, part, x, last, 2) }
      if row.rows == 1 && row.dilation == 1 {
        switch (row.kernelWidth, row.stride) {
        case (3, 1): x = pixels(row, c, part, x, last, InlineArray<3, Vector>.self, InlineArray<4, Vector>.self, 1)
        case (3, 2): x = pixels(row, c, part, x, last, InlineArray<3, Vector>.self, InlineArray<4, Vector>.self, 2)
        case (5, 1): x = pixels(row, c, part, x, last, InlineArray<5, Vector>.self, InlineArray<4, Vector>.self, 1)
        case (7, 1): x = pixels(row, c, part, x, last, InlineArray<7, Vector>.self, InlineArray<4, Vector>.self, 1)
        default: break
        }
      }
      while x < row.outputWidth {
        pixel(row, c, part, x)
        x &+= 1
      }
    }
  }

  /// As `pixels` for 3x3 kernels, on two rows at once: an input row that both read is loaded once.
  @inlinable @inline(__always) static func pairs(
    _ row: DepthwiseRow, _ c: Int, _ part: Int?, _ start: Int, _ end: Int, _ stride: Int
  ) -> Int {
    let bias = Vector(at: row.epilogue.bias + c)
    let tap = { (k: Int) in Vector(at: row.weights + (k &* row.weightStride &+ c)) }
    // Written out: the initializer that repeats a value would be a function of its own.
    let taps: InlineArray<9, Vector> = [tap(0), tap(1), tap(2), tap(3), tap(4), tap(5), tap(6), tap(7), tap(8)]
    var x = start
    while x &+ 4 <= end {
      var sums = InlineArray<8, Vector>(repeating: bias)
      let source = row.input + ((x &* stride &- row.padLeft) &* row.inputPixelStride &+ c)
      for line in 0..<(3 &+ stride) {
        for column in 0..<(3 &* stride &+ 3) {
          let value = Vector(at: source + (line &* row.inputRowStride &+ column &* row.inputPixelStride), part)
          for i in 0..<8 {
            let (ky, kx) = (line &- (i / 4) &* stride, column &- (i % 4) &* stride)
            if ky >= 0 && ky < 3 && kx >= 0 && kx < 3 { sums[i] = multiplyAdd(value, taps[ky &* 3 &+ kx], sums[i]) }
          }
        }
      }
      for i in 0..<4 { store(sums[i], row, c, part, x &+ i) }
      for i in 0..<4 { store(sums[4 &+ i], row.second, c, part, x &+ i) }
      x &+= 4
    }
    return x
  }

  /// Runs of neighbouring output pixels from `start` on as long as they end before `end`: each input is loaded once and
  /// goes into every sum that it belongs to.
  /// - Returns: the first pixel not done.
  @inlinable @inline(__always) static func pixels<let kernel: Int, let count: Int>(
    _ row: DepthwiseRow, _ c: Int, _ part: Int?, _ start: Int, _ end: Int, _: InlineArray<kernel, Vector>.Type,
    _: InlineArray<count, Vector>.Type, _ stride: Int
  ) -> Int {
    let bias = Vector(at: row.epilogue.bias + c)
    var x = start
    while x &+ count <= end {
      var sums = InlineArray<count, Vector>(repeating: bias)
      var source = row.input + ((x &* stride &- row.padLeft) &* row.inputPixelStride &+ c)
      var weights = row.weights + c
      for _ in 0..<row.kernelRows {
        var taps = InlineArray<kernel, Vector>(repeating: Vector(0))
        for k in 0..<kernel { taps[k] = Vector(at: weights + k &* row.weightStride) }
        for column in 0..<((count &- 1) &* stride &+ kernel) {
          let value = Vector(at: source + column &* row.inputPixelStride, part)
          for i in 0..<count {
            let k = column &- i &* stride
            if k >= 0 && k < kernel { sums[i] = multiplyAdd(value, taps[k], sums[i]) }
          }
        }
        source += row.inputRowStride
        weights += kernel &* row.weightStride
      }
      for i in 0..<count { store(sums[i], row, c, part, x &+ i) }
      x &+= count
    }
    return x
  }

  /// One output pixel of each row, whatever its window covers.
  @inlinable @inline(__always) static func pixel(_ row: DepthwiseRow, _ c: Int, _ part: Int?, _ x: Int) {
    singlePixel(row, c, part, x)
    if row.rows == 2 { singlePixel(row.second, c, part, x) }
  }

  @inlinable @inline(__always) static func singlePixel(_ row: DepthwiseRow, _ c: Int, _ part: Int?, _ x: Int) {
    var sum = Vector(at: row.epilogue.bias + c)
    for ky in 0..<row.kernelRows {
      var column = x &* row.stride &- row.padLeft
      for kx in 0..<row.kernelWidth {
        if column >= 0 && column < row.width {
          let value = Vector(at: row.input + (ky &* row.inputRowStride &+ column &* row.inputPixelStride &+ c), part)
          let tap = row.weights + ((ky &* row.kernelWidth &+ kx) &* row.weightStride &+ c)
          sum = multiplyAdd(value, Vector(at: tap), sum)
        }
        column &+= row.dilation
      }
    }
    store(sum, row, c, part, x)
  }

  @inlinable @inline(__always)
  static func store(_ sum: Vector, _ row: DepthwiseRow, _ c: Int, _ part: Int?, _ x: Int) {
    var value = sum
    if let residual = row.residual { value = value + Vector(at: residual + (x &* row.residualPixelStride &+ c), part) }
    row.epilogue.activate(value, c, Self.self).store(to: row.output + (x &* row.outputPixelStride &+ c), part)
  }
}
