// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// One number from contiguous floats, in an order that depends on the count alone.
public protocol ReductionKernels {
  static func sum(_ input: UnsafePointer<Float>, _ count: Int) -> Float
  static func maximum(_ input: UnsafePointer<Float>, _ count: Int) -> Float
  static func dotProduct(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float
  static func squaredDistance(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float
}

extension ReductionKernels where Self: InstructionSet {
  /// Four sums side by side, so that no addition waits for the one before.
  @inlinable @inline(__always) static func accumulate(
    _ count: Int, from start: Vector, _ step: (Vector, Int, Int?) -> Vector, _ join: (Vector, Vector) -> Vector
  ) -> Vector {
    var sums = InlineArray<4, Vector>(repeating: start)
    let width = Vector.width
    var i = 0
    while i &+ 4 &* width <= count {
      for j in 0..<4 { sums[j] = step(sums[j], i &+ j &* width, nil) }
      i &+= 4 &* width
    }
    while i &+ width <= count {
      sums[0] = step(sums[0], i, nil)
      i &+= width
    }
    if i < count { sums[1] = step(sums[1], i, count &- i) }
    return join(join(sums[0], sums[1]), join(sums[2], sums[3]))
  }

  /// The lanes joined in pairs that are half a register apart.
  @inlinable @inline(__always) static func join(
    _ vector: Vector, _ function: (Float, Float) -> Float
  ) -> Float {
    withUnsafeTemporary(vector) { lanes in
      var half = Vector.width / 2
      while half > 0 {
        for lane in 0..<half { lanes[lane] = function(lanes[lane], lanes[lane &+ half]) }
        half /= 2
      }
      return lanes[0]
    }
  }

  @inlinable @inline(__always) static func withUnsafeTemporary(
    _ vector: Vector, _ body: (UnsafeMutablePointer<Float>) -> Float
  ) -> Float {
    var copy = vector
    return withUnsafeMutableBytes(of: &copy) { raw in
      body(raw.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self))
    }
  }

  @inlinable @inline(__always) public static func sum(_ input: UnsafePointer<Float>, _ count: Int) -> Float {
    let sums = accumulate(count, from: Vector(0), { $0 + Vector(at: input + $1, $2) }, +)
    return join(sums, +)
  }

  @inlinable @inline(__always) public static func maximum(_ input: UnsafePointer<Float>, _ count: Int) -> Float {
    let lowest = -Float.greatestFiniteMagnitude
    // What a partial register lacks must not count: it is filled with the run's first value.
    let sums = accumulate(
      count, from: Vector(lowest),
      { largest, offset, part in
        guard let part else { return Vector.larger(largest, Vector(at: input + offset)) }
        var filled = Vector(input[0])
        for lane in 0..<part { filled[lane] = input[offset &+ lane] }
        return Vector.larger(largest, filled)
      }, Vector.larger)
    return join(sums) { $1 > $0 ? $1 : $0 }
  }

  @inlinable @inline(__always) public static func dotProduct(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int
  ) -> Float {
    let sums = accumulate(
      count, from: Vector(0), { multiplyAdd(Vector(at: a + $1, $2), Vector(at: b + $1, $2), $0) }, +)
    return join(sums, +)
  }

  @inlinable @inline(__always) public static func squaredDistance(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int
  ) -> Float {
    let sums = accumulate(
      count, from: Vector(0),
      { sum, offset, part in
        let difference = Vector(at: a + offset, part) - Vector(at: b + offset, part)
        return multiplyAdd(difference, difference, sum)
      }, +)
    return join(sums, +)
  }
}
