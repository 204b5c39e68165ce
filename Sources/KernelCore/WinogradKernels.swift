// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// A minimal filtering algorithm for a tile of the output: one ``WinogradLine`` down and one across,
/// Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A where both are the same.
@frozen public enum WinogradTile: Hashable, Sendable, CaseIterable {
  /// 2x2 outputs of 3x3.
  case two
  /// 4x4 outputs of 3x3.
  case four
  /// 2x2 outputs of 5x5.
  case twoOfFive
  /// Four outputs of 1x7.
  case row
  /// Four outputs of 7x1.
  case column
  /// 2x2 outputs of 3x3 with stride 2.
  case twoStrided
  /// 4x4 outputs of 3x3 with stride 2.
  case fourStrided

  @inlinable public var vertical: WinogradSize {
    switch self {
    case .two: TwoOutputsOfThree.size
    case .four: FourOutputsOfThree.size
    case .twoOfFive: TwoOutputsOfFive.size
    case .row: SinglePosition.size
    case .column: FourOutputsOfSeven.size
    case .twoStrided: TwoOutputsStrided.size
    case .fourStrided: FourOutputsStrided.size
    }
  }

  @inlinable public var horizontal: WinogradSize {
    switch self {
    case .row: FourOutputsOfSeven.size
    case .column: SinglePosition.size
    default: vertical
    }
  }

  /// Products that make up a tile, row by row.
  @inlinable public var products: Int { vertical.products &* horizontal.products }
  /// Transformed weights, row by row.
  @inlinable public var weights: Int { vertical.weights &* horizontal.weights }
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
  /// G g Gᵀ of `count` filters side by side: position p of filter f is at weights + p count + f, weight w of its
  /// transform goes to output + w stride + f. `count` is a number of whole registers.
  static func winogradWeights(
    _ tile: WinogradTile, _ weights: UnsafePointer<Float>, _ count: Int, _ output: UnsafeMutablePointer<Float>,
    _ stride: Int)
  /// Bᵀ d B of `channels` channels: `window` has the pixels of an input tile, row by row; element e goes to
  /// outputs[e] + offset.
  static func winogradInput(
    _ tile: WinogradTile, _ window: UnsafePointer<UnsafePointer<Float>>, _ channels: Int,
    _ outputs: UnsafePointer<UnsafeMutablePointer<Float>>, _ offset: Int)
  /// Aᵀ m A of `channels` channels, element e of m at products[e] + offset; then bias, residual and activation.
  static func winogradOutput(
    _ tile: WinogradTile, _ products: UnsafePointer<UnsafeMutablePointer<Float>>, _ offset: Int, _ channels: Int,
    _ epilogue: Epilogue, _ target: WinogradOutput)
}

extension WinogradKernels where Self: InstructionSet {
  @inlinable @inline(__always) public static func winogradWeights(
    _ tile: WinogradTile, _ weights: UnsafePointer<Float>, _ count: Int, _ output: UnsafeMutablePointer<Float>,
    _ stride: Int
  ) {
    switch tile {
    case .two:
      transformWeights(
        TwoOutputsOfThree.self, TwoOutputsOfThree.self, weights, count, output, stride)
    case .four:
      transformWeights(
        FourOutputsOfThree.self, FourOutputsOfThree.self, weights, count, output, stride)
    case .twoOfFive:
      transformWeights(
        TwoOutputsOfFive.self, TwoOutputsOfFive.self, weights, count, output, stride)
    case .row:
      transformWeights(
        SinglePosition.self, FourOutputsOfSeven.self, weights, count, output, stride)
    case .column:
      transformWeights(
        FourOutputsOfSeven.self, SinglePosition.self, weights, count, output, stride)
    case .twoStrided: transformWeights(TwoOutputsStrided.self, TwoOutputsStrided.self, weights, count, output, stride)
    case .fourStrided:
      transformWeights(
        FourOutputsStrided.self, FourOutputsStrided.self, weights, count, output, stride)
    }
  }

  @inlinable @inline(__always) public static func winogradInput(
    _ tile: WinogradTile, _ window: UnsafePointer<UnsafePointer<Float>>, _ channels: Int,
    _ outputs: UnsafePointer<UnsafeMutablePointer<Float>>, _ offset: Int
  ) {
    switch tile {
    case .two:
      transformInput(TwoOutputsOfThree.self, TwoOutputsOfThree.self, Half.self, window, channels, outputs, offset)
    case .four:
      transformInput(FourOutputsOfThree.self, FourOutputsOfThree.self, Half.self, window, channels, outputs, offset)
    case .twoOfFive:
      transformInput(TwoOutputsOfFive.self, TwoOutputsOfFive.self, Half.self, window, channels, outputs, offset)
    case .row:
      transformInput(SinglePosition.self, FourOutputsOfSeven.self, Half.self, window, channels, outputs, offset)
    case .column:
      transformInput(FourOutputsOfSeven.self, SinglePosition.self, Half.self, window, channels, outputs, offset)
    case .twoStrided:
      transformInput(TwoOutputsStrided.self, TwoOutputsStrided.self, Half.self, window, channels, outputs, offset)
    case .fourStrided:
      transformInput(
        FourOutputsStrided.self, FourOutputsStrided.self, LargeHalf.self, window, channels, outputs, offset)
    }
  }

  @inlinable @inline(__always) public static func winogradOutput(
    _ tile: WinogradTile, _ products: UnsafePointer<UnsafeMutablePointer<Float>>, _ offset: Int, _ channels: Int,
    _ epilogue: Epilogue, _ target: WinogradOutput
  ) {
    switch tile {
    case .two:
      transformOutput(
        TwoOutputsOfThree.self, TwoOutputsOfThree.self, products, offset, channels, epilogue,
        target)
    case .four:
      transformOutput(
        FourOutputsOfThree.self, FourOutputsOfThree.self, products, offset, channels, epilogue,
        target)
    case .twoOfFive:
      transformOutput(
        TwoOutputsOfFive.self, TwoOutputsOfFive.self, products, offset, channels, epilogue, target
      )
    case .row:
      transformOutput(
        SinglePosition.self, FourOutputsOfSeven.self, products, offset, channels, epilogue, target
      )
    case .column:
      transformOutput(
        FourOutputsOfSeven.self, SinglePosition.self, products, offset, channels, epilogue, target)
    case .twoStrided:
      transformOutput(TwoOutputsStrided.self, TwoOutputsStrided.self, products, offset, channels, epilogue, target)
    case .fourStrided:
      transformOutput(
        FourOutputsStrided.self, FourOutputsStrided.self, products, offset, channels, epilogue,
        target)
    }
  }
}

/// Each transform is applied to columns, then to rows.
extension WinogradKernels where Self: InstructionSet {
  /// What one transform hands to the other, row by row; where the loops are unrolled it stays in registers.
  @usableFromInline typealias Half = InlineArray<36, Vector>
  /// The same for the one that does not fit: the inputs under 4x4 outputs with stride 2.
  @usableFromInline typealias LargeHalf = InlineArray<81, Vector>

  @inlinable @inline(__always)
  static func transformWeights<Down: WinogradLine, Across: WinogradLine>(
    _: Down.Type, _: Across.Type, _ weights: UnsafePointer<Float>, _ count: Int,
    _ output: UnsafeMutablePointer<Float>, _ stride: Int
  ) {
    let (taps, columns) = (Across.size.taps, Across.size.weights)
    var half = Half(repeating: Vector(0))
    var f = 0
    while f < count {
      for x in 0..<taps {
        Down.filter(Self.self) {
          Vector(at: weights + (($0 &* taps &+ x) &* count &+ f))
        } _: {
          half[unchecked: $0 &* taps &+ x] = $1
        }
      }
      for y in 0..<Down.size.weights {
        Across.filter(Self.self) {
          half[unchecked: y &* taps &+ $0]
        } _: {
          $1.store(to: output + ((y &* columns &+ $0) &* stride &+ f))
        }
      }
      f &+= Vector.width
    }
  }

  @inlinable @inline(__always) static func transformInput<Down: WinogradLine, Across: WinogradLine, let room: Int>(
    _: Down.Type, _: Across.Type, _: InlineArray<room, Vector>.Type, _ window: UnsafePointer<UnsafePointer<Float>>,
    _ channels: Int,
    _ outputs: UnsafePointer<UnsafeMutablePointer<Float>>, _ offset: Int
  ) {
    let width = Across.size.inputs
    var half = InlineArray<room, Vector>(repeating: Vector(0))
    Vector.forEachRegister(channels) { c, part in
      for x in 0..<width {
        Down.input(Self.self) {
          Vector(at: window[$0 &* width &+ x] + c, part)
        } _: {
          half[unchecked: $0 &* width &+ x] = $1
        }
      }
      for y in 0..<Down.size.products {
        Across.input(Self.self) {
          half[unchecked: y &* width &+ $0]
        } _: {
          $1.store(to: outputs[y &* Across.size.products &+ $0] + (offset &+ c), part)
        }
      }
    }
  }

  @inlinable @inline(__always) static func transformOutput<Down: WinogradLine, Across: WinogradLine>(
    _: Down.Type, _: Across.Type, _ products: UnsafePointer<UnsafeMutablePointer<Float>>, _ offset: Int,
    _ channels: Int,
    _ epilogue: Epilogue, _ target: WinogradOutput
  ) {
    let width = Across.size.products
    var half = Half(repeating: Vector(0))
    Vector.forEachRegister(channels) { c, part in
      for x in 0..<width {
        Down.output(Self.self) {
          Vector(at: products[$0 &* width &+ x] + (offset &+ c), part)
        } _: {
          half[unchecked: $0 &* width &+ x] = $1
        }
      }
      let bias = Vector(at: epilogue.bias + c, part)
      for y in 0..<target.rows {
        let output = target.output + (y &* target.rowStride &+ c)
        let residual = target.residual.map { $0 + (y &* target.residualRowStride &+ c) }
        Across.output(Self.self) {
          half[unchecked: y &* width &+ $0]
        } _: { x, sum in
          guard x < target.columns else { return }
          var value = sum + bias
          if let residual { value = value + Vector(at: residual + x &* target.residualPixelStride, part) }
          epilogue.activate(value, c, Self.self).store(to: output + x &* target.pixelStride, part)
        }
      }
    }
  }
}
