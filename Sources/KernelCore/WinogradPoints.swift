// Lines of the same points share values of the filter, and of the inputs as far as interpolation needs them. A value of the
// input at a point is its product with the polynomial that is zero at all other points; that of a pair of points p, -p is
// an even part and p times an odd part, added and subtracted.

/// 0, 1, -1 and infinity.
@usableFromInline enum FourPoints {
  @inlinable @inline(__always) static func filter<Set: InstructionSet>(
    _: Set.Type, taps: Int, _ g: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) {
    give(0, g(0) * Set.Vector(-1))
    give(1, value(Set.self, taps, g, at: 1, times: 0.5))
    give(2, value(Set.self, taps, g, at: -1, times: 0.5))
    give(3, g(taps &- 1))
  }

  @inlinable @inline(__always) static func input<Set: InstructionSet>(
    _: Set.Type, _ d: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) {
    give(0, d(2) - d(0))
    give(1, d(2) + d(1))
    give(2, d(2) - d(1))
    give(3, d(3) - d(1))
  }
}

/// 0, 1, -1, 2, -2 and infinity.
@usableFromInline enum SixPoints {
  @inlinable @inline(__always) static func filter<Set: InstructionSet>(
    _: Set.Type, taps: Int, _ g: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) {
    give(0, g(0) * Set.Vector(0.25))
    give(1, value(Set.self, taps, g, at: 1, times: -1 / 6))
    give(2, value(Set.self, taps, g, at: -1, times: -1 / 6))
    give(3, value(Set.self, taps, g, at: 2, times: 1 / 24))
    give(4, value(Set.self, taps, g, at: -2, times: 1 / 24))
    give(5, g(taps &- 1))
  }

  @inlinable @inline(__always) static func input<Set: InstructionSet>(
    _: Set.Type, _ d: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) {
    let (d1, d2, d3, d4) = (d(1), d(2), d(3), d(4))
    let a = Set.multiplyAdd(d2, Set.Vector(-4), d4)
    let b = Set.multiplyAdd(d1, Set.Vector(-4), d3)
    let c = d4 - d2
    let e = d3 - d1
    give(0, Set.multiplyAdd(d(0), Set.Vector(4), Set.multiplyAdd(d2, Set.Vector(-5), d4)))
    give(1, a + b)
    give(2, a - b)
    give(3, Set.multiplyAdd(e, Set.Vector(2), c))
    give(4, Set.multiplyAdd(e, Set.Vector(-2), c))
    give(5, Set.multiplyAdd(d1, Set.Vector(4), Set.multiplyAdd(d3, Set.Vector(-5), d(5))))
  }
}

/// 0, ±1/2, ±3/4, ±5/4, ±2 and infinity.
@usableFromInline enum TenPoints {
  /// The positive one of a pair.
  @inlinable @inline(__always) static func point(_ pair: Int) -> Float {
    switch pair {
    case 0: 0.5
    case 1: 0.75
    case 2: 1.25
    default: 2
    }
  }

  @inlinable @inline(__always) static func filter<Set: InstructionSet>(
    _: Set.Type, taps: Int, _ g: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) {
    give(0, g(0) * Set.Vector(1 / 0.87890625))
    for pair in 0..<4 {
      let square = point(pair) * point(pair)
      let scale = 1 / (2 * square * others(pair, at: square))
      give(1 &+ 2 &* pair, value(Set.self, taps, g, at: point(pair), times: scale))
      give(2 &+ 2 &* pair, value(Set.self, taps, g, at: -point(pair), times: scale))
    }
    give(9, g(taps &- 1))
  }

  @inlinable @inline(__always) static func input<Set: InstructionSet>(
    _: Set.Type, _ d: (Int) -> Set.Vector, _ give: (Int, Set.Vector) -> Void
  ) {
    give(0, product(Set.self, d(0), d(2), d(4), d(6), d(8)))
    for pair in 0..<4 {
      let even = others(Set.self, pair, d(2), d(4), d(6), d(8))
      let odd = others(Set.self, pair, d(1), d(3), d(5), d(7))
      give(1 &+ 2 &* pair, Set.multiplyAdd(odd, Set.Vector(point(pair)), even))
      give(2 &+ 2 &* pair, Set.multiplyAdd(odd, Set.Vector(-point(pair)), even))
    }
    give(9, product(Set.self, d(1), d(3), d(5), d(7), d(9)))
  }

  /// (t - 1/4) (t - 9/16) (t - 25/16) (t - 4), the zeros being the squares of the points.
  @inlinable @inline(__always) static func product<Set: InstructionSet>(
    _: Set.Type, _ t0: Set.Vector, _ t1: Set.Vector, _ t2: Set.Vector, _ t3: Set.Vector, _ t4: Set.Vector
  ) -> Set.Vector {
    var sum = Set.multiplyAdd(t3, Set.Vector(-6.375), t4)
    sum = Set.multiplyAdd(t2, Set.Vector(10.91015625), sum)
    sum = Set.multiplyAdd(t1, Set.Vector(-5.8603515625), sum)
    return Set.multiplyAdd(t0, Set.Vector(0.87890625), sum)
  }

  /// The same without the zero of `pair`.
  @inlinable @inline(__always) static func others<Set: InstructionSet>(
    _: Set.Type, _ pair: Int, _ t0: Set.Vector, _ t1: Set.Vector, _ t2: Set.Vector, _ t3: Set.Vector
  ) -> Set.Vector {
    let (c0, c1, c2) = others(pair)
    let sum = Set.multiplyAdd(t2, Set.Vector(c2), t3)
    return Set.multiplyAdd(t0, Set.Vector(c0), Set.multiplyAdd(t1, Set.Vector(c1), sum))
  }

  @inlinable @inline(__always) static func others(_ pair: Int, at t: Float) -> Float {
    let (c0, c1, c2) = others(pair)
    return ((t + c2) * t + c1) * t + c0
  }

  /// Coefficients of t^0, t^1 and t^2; that of t^3 is 1.
  @inlinable @inline(__always) static func others(_ pair: Int) -> (Float, Float, Float) {
    switch pair {
    case 0: (-3.515625, 9.37890625, -6.125)
    case 1: (-1.5625, 7.640625, -5.8125)
    case 2: (-0.5625, 3.390625, -4.8125)
    default: (-0.2197265625, 1.41015625, -2.375)
    }
  }
}

/// The filter as a polynomial at a point, times a factor.
@inlinable @inline(__always) func value<Set: InstructionSet>(
  _: Set.Type, _ taps: Int, _ g: (Int) -> Set.Vector, at point: Float, times factor: Float
) -> Set.Vector {
  var sum = g(taps &- 1)
  for tap in 1..<taps { sum = Set.multiplyAdd(sum, Set.Vector(point), g(taps &- 1 &- tap)) }
  return sum * Set.Vector(factor)
}
