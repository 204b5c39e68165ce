// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// A minimal filtering algorithm F(m x m, 3 x 3) by the size m of the output tile it computes at once.
///
/// Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016: Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A.
@frozen public enum WinogradTile: Int, Hashable, Sendable {
  case two = 2
  case four = 4

  /// Side of the output tile.
  @inlinable public var side: Int { rawValue }
  /// Side of the input tile under it: m + 3 - 1.
  @inlinable public var inputSide: Int { rawValue &+ 2 }
  /// Products that make up a tile.
  @inlinable public var elements: Int { inputSide &* inputSide }
}

/// Where a tile's output goes: `rows` by `columns` pixels of it are inside the image.
@frozen public struct WinogradOutput {
  public var output: UnsafeMutablePointer<Float>
  public var pixelStride: Int
  public var rowStride: Int
  public var residual: UnsafePointer<Float>?
  public var residualPixelStride: Int
  public var residualRowStride: Int
  public var rows: Int
  public var columns: Int

  @inlinable public init(
    output: UnsafeMutablePointer<Float>, pixelStride: Int, rowStride: Int, residual: UnsafePointer<Float>?,
    residualPixelStride: Int, residualRowStride: Int, rows: Int, columns: Int
  ) {
    self.output = output
    self.pixelStride = pixelStride
    self.rowStride = rowStride
    self.residual = residual
    self.residualPixelStride = residualPixelStride
    self.residualRowStride = residualRowStride
    self.rows = rows
    self.columns = columns
  }
}

/// The three transforms of Winograd's convolution; the products between them are ``ProductKernels``'.
public protocol WinogradKernels {
  /// G g Gᵀ of `count` filters side by side: position p of filter f is at weights + p count + f, element e of its
  /// transform goes to output + e stride + f. `count` is a number of whole registers.
  static func winogradWeights(
    _ tile: WinogradTile, _ weights: UnsafePointer<Float>, _ count: Int, _ output: UnsafeMutablePointer<Float>,
    _ stride: Int)
  /// Bᵀ d B of `channels` channels: `window` has the pixels of an input tile, row by row; element e goes to
  /// output + e stride.
  static func winogradInput(
    _ tile: WinogradTile, _ window: UnsafePointer<UnsafePointer<Float>>, _ channels: Int,
    _ output: UnsafeMutablePointer<Float>, _ stride: Int)
  /// Aᵀ m A of `channels` channels, element e of m at products + e stride; then bias, residual and activation.
  static func winogradOutput(
    _ tile: WinogradTile, _ products: UnsafePointer<Float>, _ stride: Int, _ channels: Int, _ epilogue: Epilogue,
    _ target: WinogradOutput)
}

extension WinogradKernels where Self: InstructionSet {
  @inlinable @inline(__always) public static func winogradWeights(
    _ tile: WinogradTile, _ weights: UnsafePointer<Float>, _ count: Int, _ output: UnsafeMutablePointer<Float>,
    _ stride: Int
  ) {
    switch tile {
    case .two: transformWeights(weights, count, output, stride) { filters2($0) }
    case .four: transformWeights(weights, count, output, stride) { filters4($0) }
    }
  }

  @inlinable @inline(__always) public static func winogradInput(
    _ tile: WinogradTile, _ window: UnsafePointer<UnsafePointer<Float>>, _ channels: Int,
    _ output: UnsafeMutablePointer<Float>, _ stride: Int
  ) {
    switch tile {
    case .two: transformInput(window, channels, output, stride) { inputs2($0) }
    case .four: transformInput(window, channels, output, stride) { inputs4($0) }
    }
  }

  @inlinable @inline(__always) public static func winogradOutput(
    _ tile: WinogradTile, _ products: UnsafePointer<Float>, _ stride: Int, _ channels: Int, _ epilogue: Epilogue,
    _ target: WinogradOutput
  ) {
    switch tile {
    case .two: transformOutput(products, stride, channels, epilogue, target) { outputs2($0) }
    case .four: transformOutput(products, stride, channels, epilogue, target) { outputs4($0) }
    }
  }
}

/// One dimension of each transform; both are applied to columns, then to rows.
extension WinogradKernels where Self: InstructionSet {
  @inlinable @inline(__always) static func filters2(_ g: InlineArray<3, Vector>) -> InlineArray<4, Vector> {
    let half = Vector(0.5)
    let even = (g[0] + g[2]) * half
    return [g[0], multiplyAdd(g[1], half, even), multiplyAdd(g[1], Vector(-0.5), even), g[2]]
  }

  @inlinable @inline(__always) static func filters4(_ g: InlineArray<3, Vector>) -> InlineArray<6, Vector> {
    let even = (g[0] + g[2]) * Vector(-1 / 6)
    let wide = multiplyAdd(g[2], Vector(1 / 6), g[0] * Vector(1 / 24))
    return [
      g[0] * Vector(0.25), multiplyAdd(g[1], Vector(-1 / 6), even), multiplyAdd(g[1], Vector(1 / 6), even),
      multiplyAdd(g[1], Vector(1 / 12), wide), multiplyAdd(g[1], Vector(-1 / 12), wide), g[2],
    ]
  }

  @inlinable @inline(__always) static func inputs2(_ d: InlineArray<4, Vector>) -> InlineArray<4, Vector> {
    [d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]]
  }

  @inlinable @inline(__always) static func inputs4(_ d: InlineArray<6, Vector>) -> InlineArray<6, Vector> {
    let a = multiplyAdd(d[2], Vector(-4), d[4])
    let b = multiplyAdd(d[1], Vector(-4), d[3])
    let c = d[4] - d[2]
    let e = d[3] - d[1]
    return [
      multiplyAdd(d[0], Vector(4), multiplyAdd(d[2], Vector(-5), d[4])), a + b, a - b, multiplyAdd(e, Vector(2), c),
      multiplyAdd(e, Vector(-2), c), multiplyAdd(d[1], Vector(4), multiplyAdd(d[3], Vector(-5), d[5])),
    ]
  }

  @inlinable @inline(__always) static func outputs2(_ m: InlineArray<4, Vector>) -> InlineArray<2, Vector> {
    [m[0] + m[1] + m[2], m[1] - m[2] - m[3]]
  }

  @inlinable @inline(__always) static func outputs4(_ m: InlineArray<6, Vector>) -> InlineArray<4, Vector> {
    let (near, nearDifference) = (m[1] + m[2], m[1] - m[2])
    let (far, farDifference) = (m[3] + m[4], m[3] - m[4])
    return [
      m[0] + near + far, multiplyAdd(farDifference, Vector(2), nearDifference), multiplyAdd(far, Vector(4), near),
      multiplyAdd(farDifference, Vector(8), nearDifference) + m[5],
    ]
  }
}

extension WinogradKernels where Self: InstructionSet {
  @inlinable @inline(__always) static func transformWeights<let side: Int>(
    _ weights: UnsafePointer<Float>, _ count: Int, _ output: UnsafeMutablePointer<Float>, _ stride: Int,
    _ transform: (InlineArray<3, Vector>) -> InlineArray<side, Vector>
  ) {
    var f = 0
    while f < count {
      var half = InlineArray<side, InlineArray<3, Vector>>(repeating: .init(repeating: Vector(0)))
      for x in 0..<3 {
        var column = InlineArray<3, Vector>(repeating: Vector(0))
        for y in 0..<3 { column[y] = Vector(at: weights + ((y &* 3 &+ x) &* count &+ f)) }
        let transformed = transform(column)
        for y in 0..<side { half[y][x] = transformed[y] }
      }
      for y in 0..<side {
        let row = transform(half[y])
        for x in 0..<side { row[x].store(to: output + ((y &* side &+ x) &* stride &+ f)) }
      }
      f &+= Vector.width
    }
  }

  @inlinable @inline(__always) static func transformInput<let side: Int>(
    _ window: UnsafePointer<UnsafePointer<Float>>, _ channels: Int, _ output: UnsafeMutablePointer<Float>,
    _ stride: Int, _ transform: (InlineArray<side, Vector>) -> InlineArray<side, Vector>
  ) {
    Vector.forEachRegister(channels) { c, part in
      var half = InlineArray<side, InlineArray<side, Vector>>(repeating: .init(repeating: Vector(0)))
      for x in 0..<side {
        var column = InlineArray<side, Vector>(repeating: Vector(0))
        for y in 0..<side { column[y] = Vector(at: window[y &* side &+ x] + c, part) }
        let transformed = transform(column)
        for y in 0..<side { half[y][x] = transformed[y] }
      }
      for y in 0..<side {
        let row = transform(half[y])
        for x in 0..<side { row[x].store(to: output + ((y &* side &+ x) &* stride &+ c), part) }
      }
    }
  }

  @inlinable @inline(__always) static func transformOutput<let inputSide: Int, let side: Int>(
    _ products: UnsafePointer<Float>, _ stride: Int, _ channels: Int, _ epilogue: Epilogue, _ target: WinogradOutput,
    _ transform: (InlineArray<inputSide, Vector>) -> InlineArray<side, Vector>
  ) {
    Vector.forEachRegister(channels) { c, part in
      var half = InlineArray<side, InlineArray<inputSide, Vector>>(repeating: .init(repeating: Vector(0)))
      for x in 0..<inputSide {
        var column = InlineArray<inputSide, Vector>(repeating: Vector(0))
        for y in 0..<inputSide {
          column[y] = Vector(at: products + ((y &* inputSide &+ x) &* stride &+ c), part)
        }
        let transformed = transform(column)
        for y in 0..<side { half[y][x] = transformed[y] }
      }
      let bias = Vector(at: epilogue.bias + c, part)
      for y in 0..<target.rows {
        let row = transform(half[y])
        let output = target.output + (y &* target.rowStride &+ c)
        let residual = target.residual.map { $0 + (y &* target.residualRowStride &+ c) }
        for x in 0..<target.columns {
          var value = row[x] + bias
          if let residual { value = value + Vector(at: residual + x &* target.residualPixelStride, part) }
          epilogue.activate(value, c, Self.self).store(to: output + x &* target.pixelStride, part)
        }
      }
    }
  }
}
