// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// Scores of rows of floats for a query, and the choice of those that are low enough.
public protocol ScoreKernels {
  /// scores[i] = offsets[i] + scale * <row i, query>
  /// - Parameter depth: floats of a row and from row to row, a multiple of 16.
  static func score(
    _ rows: UnsafePointer<Float>, count: Int, depth: Int, query: UnsafePointer<Float>, offsets: UnsafePointer<Float>,
    scale: Float, scores: UnsafeMutablePointer<Float>)

  /// Writes the places, from `first` on, and the scores of those below `bound`, in order.
  /// - Parameters:
  ///   - count: a multiple of 64.
  ///   - places: room for all of them, as `kept`.
  /// - Returns: how many there are.
  static func keep(
    _ scores: UnsafePointer<Float>, count: Int, below bound: Float, first: Int32, places: UnsafeMutablePointer<Int32>,
    kept: UnsafeMutablePointer<Float>
  ) -> Int

  /// Writes row times `columns` plus column of each product p for which offsets[row] + scale p lies below the column's
  /// bound, in order, and that value.
  /// - Parameters:
  ///   - products: `rows` of `columns`, a multiple of 16, one behind the other.
  ///   - places: room for all of them, as `kept`.
  /// - Returns: how many there are.
  static func keep(
    products: UnsafePointer<Float>, rows: Int, columns: Int, offsets: UnsafePointer<Float>, scale: Float,
    below bounds: UnsafePointer<Float>, places: UnsafeMutablePointer<Int32>, kept: UnsafeMutablePointer<Float>
  ) -> Int
}

extension ScoreKernels where Self: InstructionSet {
  @inlinable @inline(__always) public static func score(
    _ rows: UnsafePointer<Float>, count: Int, depth: Int, query: UnsafePointer<Float>, offsets: UnsafePointer<Float>,
    scale: Float, scores: UnsafeMutablePointer<Float>
  ) {
    let zero = Vector(0)
    var row = 0
    while row &+ 4 <= count {
      var sums: InlineArray<4, Vector> = [zero, zero, zero, zero]
      let start = rows + row &* depth
      var k = 0
      while k < depth {
        let value = Vector(at: query + k)
        for j in 0..<4 { sums[j] = multiplyAdd(value, Vector(at: start + (j &* depth &+ k)), sums[j]) }
        k &+= Vector.width
      }
      for j in 0..<4 { scores[row &+ j] = offsets[row &+ j] + scale * sums[j].total }
      row &+= 4
    }
    while row < count {
      var sum = zero
      let start = rows + row &* depth
      var k = 0
      while k < depth {
        sum = multiplyAdd(Vector(at: query + k), Vector(at: start + k), sum)
        k &+= Vector.width
      }
      scores[row] = offsets[row] + scale * sum.total
      row &+= 1
    }
  }

  @inlinable @inline(__always) public static func keep(
    _ scores: UnsafePointer<Float>, count: Int, below bound: Float, first: Int32, places: UnsafeMutablePointer<Int32>,
    kept: UnsafeMutablePointer<Float>
  ) -> Int {
    let limit = Vector(bound)
    var found = 0
    var i = 0
    while i < count {
      var signs = Vector.Integers(repeating: 0)
      var k = i
      while k < i &+ 64 {
        signs = signs | (Vector(at: scores + k) - limit).bits
        k &+= Vector.width
      }
      if signs.hasNegative {
        for k in i..<(i &+ 64) {
          places[found] = first &+ Int32(truncatingIfNeeded: k)
          kept[found] = scores[k]
          found &+= scores[k] < bound ? 1 : 0
        }
      }
      i &+= 64
    }
    return found
  }

  @inlinable @inline(__always) public static func keep(
    products: UnsafePointer<Float>, rows: Int, columns: Int, offsets: UnsafePointer<Float>, scale: Float,
    below bounds: UnsafePointer<Float>, places: UnsafeMutablePointer<Int32>, kept: UnsafeMutablePointer<Float>
  ) -> Int {
    var found = 0
    let factor = Vector(scale)
    for row in 0..<rows {
      let start = products + row &* columns
      let offset = Vector(offsets[row])
      var signs = Vector.Integers(repeating: 0)
      var k = 0
      while k < columns {
        signs = signs | (multiplyAdd(factor, Vector(at: start + k), offset - Vector(at: bounds + k))).bits
        k &+= Vector.width
      }
      if signs.hasNegative {
        for k in 0..<columns {
          let score = offsets[row] + scale * start[k]
          places[found] = Int32(truncatingIfNeeded: row &* columns &+ k)
          kept[found] = score
          found &+= score < bounds[k] ? 1 : 0
        }
      }
    }
    return found
  }
}
