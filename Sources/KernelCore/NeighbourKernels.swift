// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// Convolutions in groups of two channels, 2i and 2i + 1: depthwise ones in which each output channel also sums its
/// neighbour's input, which is the same register with neighbouring lanes exchanged.
public protocol NeighbourKernels {
  /// - Parameter neighbourWeights: what `row.weights` are for a channel's own input, for its neighbour's.
  static func run(_ row: DepthwiseRow, neighbourWeights: UnsafePointer<Float>)
}

extension NeighbourKernels where Self: InstructionSet & DepthwiseKernels {
  @inlinable @inline(__always)
  public static func run(_ row: DepthwiseRow, neighbourWeights: UnsafePointer<Float>) {
    let inside = row.insideColumns
    Vector.forEachRegister(row.channels) { c, part in
      let neighbours = neighbourWeights + c
      for x in 0..<inside.lowerBound { neighbourPixel(row, neighbours, c, part, x) }
      var x = inside.lowerBound
      if row.kernelWidth == 3 && row.dilation == 1 {
        if row.stride == 1 { x = neighbourPixels(row, neighbours, c, part, x, inside.upperBound, 1) }
        if row.stride == 2 { x = neighbourPixels(row, neighbours, c, part, x, inside.upperBound, 2) }
      }
      while x < row.outputWidth {
        neighbourPixel(row, neighbours, c, part, x)
        x &+= 1
      }
    }
  }

  /// Four neighbouring output pixels at a time of kernels three wide, from `start` on as long as they end before `end`:
  /// each input is loaded and exchanged once and goes into every sum that it belongs to.
  /// - Returns: the first pixel not done.
  @inlinable @inline(__always) static func neighbourPixels(
    _ row: DepthwiseRow, _ neighbours: UnsafePointer<Float>, _ c: Int, _ part: Int?, _ start: Int, _ end: Int,
    _ stride: Int
  ) -> Int {
    let bias = Vector(at: row.epilogue.bias + c)
    var x = start
    while x &+ 4 <= end {
      var sums = InlineArray<4, Vector>(repeating: bias)
      var source = row.input + ((x &* stride &- row.padLeft) &* row.inputPixelStride &+ c)
      var weights = 0
      for _ in 0..<row.kernelRows {
        let tap = { (k: Int) in Vector(at: row.weights + (c &+ weights &+ k &* row.weightStride)) }
        let neighbour = { (k: Int) in Vector(at: neighbours + (weights &+ k &* row.weightStride)) }
        // Written out: the initializer that repeats a value would be a function of its own.
        let taps: InlineArray<3, Vector> = [tap(0), tap(1), tap(2)]
        let neighbourTaps: InlineArray<3, Vector> = [neighbour(0), neighbour(1), neighbour(2)]
        for column in 0..<(3 &* stride &+ 3) {
          let value = Vector(at: source + column &* row.inputPixelStride, part)
          let exchanged = value.neighboursExchanged
          for i in 0..<4 {
            let k = column &- i &* stride
            if k >= 0 && k < 3 {
              sums[i] = multiplyAdd(exchanged, neighbourTaps[k], multiplyAdd(value, taps[k], sums[i]))
            }
          }
        }
        source += row.inputRowStride
        weights &+= 3 &* row.weightStride
      }
      for i in 0..<4 { store(sums[i], row, c, part, x &+ i) }
      x &+= 4
    }
    return x
  }

  /// One output pixel, whatever its window covers.
  @inlinable @inline(__always) static func neighbourPixel(
    _ row: DepthwiseRow, _ neighbours: UnsafePointer<Float>, _ c: Int, _ part: Int?, _ x: Int
  ) {
    var sum = Vector(at: row.epilogue.bias + c)
    for ky in 0..<row.kernelRows {
      var column = x &* row.stride &- row.padLeft
      for kx in 0..<row.kernelWidth {
        if column >= 0 && column < row.width {
          let value = Vector(at: row.input + (ky &* row.inputRowStride &+ column &* row.inputPixelStride &+ c), part)
          let tap = (ky &* row.kernelWidth &+ kx) &* row.weightStride
          sum = multiplyAdd(value, Vector(at: row.weights + (tap &+ c)), sum)
          sum = multiplyAdd(value.neighboursExchanged, Vector(at: neighbours + tap), sum)
        }
        column &+= row.dilation
      }
    }
    store(sum, row, c, part, x)
  }
}
