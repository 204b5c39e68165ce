// Public for the modules of instruction sets alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// Sums of `rows` output pixels by `columns` registers of output channels, held in registers from the first product to
/// the store. Six by two fills sixteen registers: twelve sums, two of weights, one of an input, one to spare.
@frozen public struct RegisterTile<Set: InstructionSet, let rows: Int, let columns: Int> {
  public typealias Vector = Set.Vector
  public typealias Rows = InlineArray<rows, UnsafePointer<Float>>

  @usableFromInline var sums: InlineArray<rows, InlineArray<columns, Vector>>

  /// Every row starts from the same `columns` registers of biases.
  @inlinable @inline(__always) public init(bias: UnsafePointer<Float>) {
    var row = InlineArray<columns, Vector>(repeating: Vector(0))
    for j in 0..<columns { row[j] = Vector(at: bias + j &* Vector.width) }
    sums = .init(repeating: row)
  }

  /// Adds the product of `depth` values of each row and a (depth, columns) panel of weights.
  @inlinable @inline(__always)
  public mutating func accumulate(_ depth: Int, _ inputs: Rows, _ weights: UnsafePointer<Float>) {
    var weights = weights
    var k = 0
    while k < depth {
      var panel = InlineArray<columns, Vector>(repeating: Vector(0))
      for j in 0..<columns { panel[j] = Vector(at: weights + j &* Vector.width) }
      for i in 0..<rows {
        let value = Vector(inputs[i][k])
        for j in 0..<columns { sums[i][j] = Set.multiplyAdd(value, panel[j], sums[i][j]) }
      }
      weights += columns &* Vector.width
      k &+= 1
    }
  }

  /// Adds what is stored at `pointer`, `stride` floats between rows.
  @inlinable @inline(__always) public mutating func add(_ pointer: UnsafePointer<Float>, _ stride: Int) {
    for i in 0..<rows {
      for j in 0..<columns {
        sums[i][j] = sums[i][j] + Vector(at: pointer + (i &* stride &+ j &* Vector.width))
      }
    }
  }

  /// Applies the activation; `column` is the tile's first output channel.
  @inlinable @inline(__always) public mutating func activate(_ epilogue: Epilogue, _ column: Int) {
    switch epilogue.kind {
    case .none: break
    case .clamp:
      let low = Vector(epilogue.low)
      let high = Vector(epilogue.high)
      for i in 0..<rows {
        for j in 0..<columns { sums[i][j] = Vector.smaller(Vector.larger(sums[i][j], low), high) }
      }
    case .slopes:
      for j in 0..<columns {
        let slope = Vector(at: epilogue.slopes + (column &+ j &* Vector.width))
        for i in 0..<rows {
          let value = sums[i][j]
          sums[i][j] = Vector.select(value, lessThan: Vector(0), value * slope, value)
        }
      }
    }
  }

  @inlinable @inline(__always) public func store(to pointer: UnsafeMutablePointer<Float>, _ stride: Int) {
    for i in 0..<rows {
      for j in 0..<columns { sums[i][j].store(to: pointer + (i &* stride &+ j &* Vector.width)) }
    }
  }

  /// As `add` where only `count` columns exist: nothing behind them is read.
  @inlinable @inline(__always)
  public mutating func add(_ pointer: UnsafePointer<Float>, _ stride: Int, _ count: Int) {
    var other = self
    other.withUnsafeFloats { floats in
      for i in 0..<rows {
        for c in 0..<count { floats[i &* columns &* Vector.width &+ c] = pointer[i &* stride &+ c] }
      }
    }
    for i in 0..<rows {
      for j in 0..<columns { sums[i][j] = sums[i][j] + other.sums[i][j] }
    }
  }

  /// As `store` where only `count` columns exist: nothing behind them is written.
  @inlinable @inline(__always)
  public func store(to pointer: UnsafeMutablePointer<Float>, _ stride: Int, _ count: Int) {
    // A copy, so that the sums themselves have no address and stay in registers.
    var copy = self
    copy.withUnsafeFloats { floats in
      for i in 0..<rows {
        for c in 0..<count { pointer[i &* stride &+ c] = floats[i &* columns &* Vector.width &+ c] }
      }
    }
  }

  @inlinable @inline(__always) mutating func withUnsafeFloats(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    withUnsafeMutableBytes(of: &sums) { raw in
      body(raw.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self))
    }
  }
}
