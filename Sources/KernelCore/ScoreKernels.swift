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
    // Row after row, as the processor expects memory to be read; four sums, so that none waits for the one before.
    let zero = Vector(0)
    let width = Vector.width
    for row in 0..<count {
      let start = rows + row &* depth
      var sums: InlineArray<4, Vector> = [zero, zero, zero, zero]
      var k = 0
      while k &+ 4 &* width <= depth {
        for j in 0..<4 {
          sums[j] = multiplyAdd(Vector(at: query + (k &+ j &* width)), Vector(at: start + (k &+ j &* width)), sums[j])
        }
        k &+= 4 &* width
      }
      while k < depth {
        sums[0] = multiplyAdd(Vector(at: query + k), Vector(at: start + k), sums[0])
        k &+= width
      }
      scores[row] = offsets[row] + scale * ((sums[0] + sums[1]) + (sums[2] + sums[3])).total
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
      guard signs.hasNegative else {
        i &+= 64
        continue
      }
      let end = i &+ 64
      while i < end {
        if (Vector(at: scores + i) - limit).bits.hasNegative {
          for k in i..<(i &+ Vector.width) {
            places[found] = first &+ Int32(truncatingIfNeeded: k)
            kept[found] = scores[k]
            found &+= scores[k] < bound ? 1 : 0
          }
        }
        i &+= Vector.width
      }
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
