// Public for the modules of instruction sets alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// How rows are cut into register tiles: as few as there can be, of heights that differ by one at most.
@frozen public struct TileRows {
  public let rows: Int
  public let tiles: Int
  @usableFromInline let base: Int
  @usableFromInline let taller: Int

  @inlinable @inline(__always) public init(_ rows: Int, upTo height: Int) {
    self.rows = rows
    tiles = (rows &+ height &- 1) / height
    base = tiles == 0 ? 0 : rows / tiles
    taller = rows &- base &* tiles
  }

  @inlinable @inline(__always) public func height(_ tile: Int) -> Int { tile < taller ? base &+ 1 : base }
}

/// A product of rows that are found through pointers and a matrix packed in panels.
@frozen public struct Product {
  public var rows = 0
  /// Runs of contiguous values that make up a row: the positions of a convolution's kernel.
  public var taps = 1
  /// Values in each run.
  public var depth = 0
  /// Output channels.
  public var columns = 0
  /// Rows of a register tile, as `tileRows(columns:)` of the table that runs it gives it for all of the columns.
  public var tileRows: Int
  /// Where each row's runs start, as (tile, tap, tileRows) over the tiles of `TileRows(rows, upTo: tileRows)`; nil where
  /// run t of row r starts at input + r inputStride + t tapStride.
  public var table: UnsafePointer<UnsafePointer<Float>>?
  public var input: UnsafePointer<Float>
  public var inputStride = 0
  public var tapStride = 0
  /// Added to every start.
  public var inputOffset = 0
  /// Panels of (taps depth, two registers); the last is one register wide where that holds the rest.
  public var weights: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var outputStride = 0
  public var residual: UnsafePointer<Float>?
  public var residualStride = 0
  public var epilogue: Epilogue

  @inlinable public init(
    input: UnsafePointer<Float>, weights: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
    tileRows: Int, epilogue: Epilogue
  ) {
    self.tileRows = tileRows
    self.input = input
    self.weights = weights
    self.output = output
    self.epilogue = epilogue
  }
}

/// Matrix products and direct convolutions.
public protocol ProductKernels {
  static func run(_ product: Product)
}

extension ProductKernels where Self: InstructionSet {
  @inlinable @inline(__always) public static func run(_ product: Product) {
    let tiles = TileRows(product.rows, upTo: product.tileRows)
    let length = product.taps &* product.depth &* Vector.width
    var weights = product.weights
    var column = 0
    while column < product.columns {
      if product.columns &- column > Vector.width {
        panel(2, product, tiles, column, weights)
        weights += 2 &* length
        column &+= 2 &* Vector.width
      } else {
        panel(1, product, tiles, column, weights)
        column &+= Vector.width
      }
    }
  }

  /// All rows against one panel, `registers` wide.
  @inlinable @inline(__always) static func panel(
    _ registers: Int, _ product: Product, _ tiles: TileRows, _ column: Int, _ weights: UnsafePointer<Float>
  ) {
    var row = 0
    for tile in 0..<tiles.tiles {
      let height = tiles.height(tile)
      if registers == 2 {
        switch height {
        case 6: Self.tile(RegisterTile<Self, 6, 2>.self, product, tile, row, column, weights)
        case 5: Self.tile(RegisterTile<Self, 5, 2>.self, product, tile, row, column, weights)
        case 4: Self.tile(RegisterTile<Self, 4, 2>.self, product, tile, row, column, weights)
        case 3: Self.tile(RegisterTile<Self, 3, 2>.self, product, tile, row, column, weights)
        case 2: Self.tile(RegisterTile<Self, 2, 2>.self, product, tile, row, column, weights)
        default: Self.tile(RegisterTile<Self, 1, 2>.self, product, tile, row, column, weights)
        }
      } else {
        switch height {
        case 12: Self.tile(RegisterTile<Self, 12, 1>.self, product, tile, row, column, weights)
        case 11: Self.tile(RegisterTile<Self, 11, 1>.self, product, tile, row, column, weights)
        case 10: Self.tile(RegisterTile<Self, 10, 1>.self, product, tile, row, column, weights)
        case 9: Self.tile(RegisterTile<Self, 9, 1>.self, product, tile, row, column, weights)
        case 8: Self.tile(RegisterTile<Self, 8, 1>.self, product, tile, row, column, weights)
        case 7: Self.tile(RegisterTile<Self, 7, 1>.self, product, tile, row, column, weights)
        case 6: Self.tile(RegisterTile<Self, 6, 1>.self, product, tile, row, column, weights)
        case 5: Self.tile(RegisterTile<Self, 5, 1>.self, product, tile, row, column, weights)
        case 4: Self.tile(RegisterTile<Self, 4, 1>.self, product, tile, row, column, weights)
        case 3: Self.tile(RegisterTile<Self, 3, 1>.self, product, tile, row, column, weights)
        case 2: Self.tile(RegisterTile<Self, 2, 1>.self, product, tile, row, column, weights)
        default: Self.tile(RegisterTile<Self, 1, 1>.self, product, tile, row, column, weights)
        }
      }
      row &+= height
    }
  }

  @inlinable @inline(__always) static func tile<let rows: Int, let registers: Int>(
    _: RegisterTile<Self, rows, registers>.Type, _ product: Product, _ tile: Int, _ row: Int, _ column: Int,
    _ weights: UnsafePointer<Float>
  ) {
    var sums = RegisterTile<Self, rows, registers>(bias: product.epilogue.bias + column)
    var weights = weights
    for tap in 0..<product.taps {
      var starts = InlineArray<rows, UnsafePointer<Float>>(repeating: product.input)
      if let table = product.table {
        let entry = table + (tile &* product.taps &+ tap) &* product.tileRows
        for i in 0..<rows { starts[i] = entry[i] + product.inputOffset }
      } else {
        let first = product.input + (product.inputOffset &+ tap &* product.tapStride)
        for i in 0..<rows { starts[i] = first + (row &+ i) &* product.inputStride }
      }
      sums.accumulate(product.depth, starts, weights)
      weights += product.depth &* registers &* Vector.width
    }
    let output = product.output + (row &* product.outputStride &+ column)
    let residual = product.residual.map { $0 + (row &* product.residualStride &+ column) }
    let count = product.columns &- column
    if count >= registers &* Vector.width {
      if let residual { sums.add(residual, product.residualStride) }
      sums.activate(product.epilogue, column)
      sums.store(to: output, product.outputStride)
    } else {
      if let residual { sums.add(residual, product.residualStride, count) }
      sums.activate(product.epilogue, column)
      sums.store(to: output, product.outputStride, count)
    }
  }
}
