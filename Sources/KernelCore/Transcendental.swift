// Polynomials are minimax fits in float32 coefficients, made by Lawson's iteration on each interval that is named.
// KernelsTests measures every function against double precision and states its error in units in the last place (ULP).
extension InstructionSet {
  /// c[0] + c[1] x + c[2] x² ...
  @inlinable @inline(__always)
  public static func polynomial<let count: Int>(_ x: Vector, _ coefficients: InlineArray<count, Float>) -> Vector {
    var value = Vector(coefficients[count &- 1])
    var power = count &- 2
    while power >= 0 {
      value = multiplyAdd(value, x, Vector(coefficients[power]))
      power &-= 1
    }
    return value
  }

  /// e^x: 2^n e^r with r in ±ln 2 / 2. Infinite above 88.72, through the denormals to 0 below -104.
  @inlinable @inline(__always) public static func exponential(_ x: Vector) -> Vector {
    let x = Vector.smaller(Vector.larger(x, Vector(-105)), Vector(89))
    // Adding 1.5 x 2^23 rounds to an integer, which then stands in the low bits.
    let rounder: Float = 12_582_912
    let rounded = multiplyAdd(x, Vector(1.442_695_04), Vector(rounder))
    let n = rounded - Vector(rounder)
    let high = multiplyAdd(n, Vector(-0.693_145_75), x)
    let r = multiplyAdd(n, Vector(-1.428_606_8e-6), high)
    let q = polynomial(r, [0.499_999_94, 0.166_665_21, 0.041_668_26, 0.008_368_665, 0.001_382_117_5])
    let p = Vector(1) + multiplyAdd(q, r * r, r)
    // 2^n in two factors, since 2^128 and 2^-149 are no normal numbers.
    let integer = rounded.bits &- Vector(rounder).bits
    let half = integer.shiftedRight(1)
    return p * powerOfTwo(half) * powerOfTwo(integer &- half)
  }

  @inlinable @inline(__always) static func powerOfTwo(_ exponent: Vector.Integers) -> Vector {
    Vector(bits: (exponent &+ Vector.Integers(repeating: 127)).shiftedLeft(23))
  }

  /// Natural logarithm: e ln 2 + log(1 + f) with 1 + f in √½...√2. NaN below 0, -infinity at 0.
  @inlinable @inline(__always) public static func logarithm(_ x: Vector) -> Vector {
    let smallest = Vector(Float.leastNormalMagnitude)
    // Denormals times 2^23 are normal.
    let normal = Vector.select(x, lessThan: smallest, x * Vector(8_388_608), x)
    let shift = Vector.select(x, lessThan: smallest, Vector(-23), Vector(0))
    // The exponent counted from √½, so that the fraction ends in √½...√2.
    let offset = normal.bits &- Vector(0.707_106_77).bits
    let exponent = offset.shiftedRight(23)
    let fraction = Vector(bits: normal.bits &- exponent.shiftedLeft(23))
    let e = integerValue(exponent) + shift
    let f = fraction - Vector(1)
    let p = polynomial(
      f,
      [
        0.333_333_13, -0.250_000_1, 0.200_020_72, -0.166_679_89, 0.142_203_58, -0.124_062_34, 0.118_835_49,
        -0.116_700_99, 0.067_492_716,
      ])
    let square = f * f
    var value = multiplyAdd(e, Vector(-2.121_944_4e-4), p * square * f)
    value = multiplyAdd(Vector(-0.5), square, value) + f
    value = multiplyAdd(e, Vector(0.693_359_375), value)
    value = Vector.select(x, lessThan: Vector(Float.infinity), value, x)
    value = Vector.select(x, lessThan: Vector(0), Vector(Float.nan), value)
    return Vector.select(x.magnitude, lessThan: Vector(Float.leastNonzeroMagnitude), Vector(-Float.infinity), value)
  }

  /// Integers of magnitude below 2^22 as floats.
  @inlinable @inline(__always) static func integerValue(_ integers: Vector.Integers) -> Vector {
    let rounder = Vector(12_582_912)
    return Vector(bits: rounder.bits &+ integers) - rounder
  }

  /// 1 / (1 + e^-x), through e^-|x| so that nothing overflows.
  @inlinable @inline(__always) public static func sigmoid(_ x: Vector) -> Vector {
    let power = exponential(-x.magnitude)
    let numerator = Vector.select(x, lessThan: Vector(0), power, Vector(1))
    return numerator / (Vector(1) + power)
  }

  /// tanh: an odd polynomial below 0.625, 1 - 2 / (e^2|x| + 1) above.
  @inlinable @inline(__always) public static func hyperbolicTangent(_ x: Vector) -> Vector {
    let magnitude = x.magnitude
    let square = x * x
    let p = polynomial(square, [-0.333_332_8, 0.133_314_06, -0.053_736_515, 0.020_628_167, -0.005_692_296])
    let small = multiplyAdd(p * square, x, x)
    let large = Vector(1) - Vector(2) / (exponential(magnitude + magnitude) + Vector(1))
    let signed = Vector(bits: large.bits | x.signBit)
    return Vector.select(magnitude, lessThan: Vector(0.625), small, signed)
  }

  /// erf: an odd polynomial below 0.9375, 1 - erfc above with log erfc(t) + t² a polynomial.
  @inlinable @inline(__always) public static func errorFunction(_ x: Vector) -> Vector {
    let magnitude = x.magnitude
    let square = x * x
    let p = polynomial(
      square,
      [0.128_379_17, -0.376_126_3, 0.112_836_26, -0.026_855_737, 0.005_192_438, -0.000_805_038_4, 8.000_272e-5])
    let small = multiplyAdd(p, x, x)
    let t = Vector.smaller(magnitude, Vector(4))
    let logarithm = polynomial(
      t,
      [
        1.438_372_5e-5, -1.128_779_5, 0.365_253_75, -0.106_851_65, 0.024_276_342, -0.003_883_810_7, 0.000_382_196_22,
        -1.717_701_3e-5,
      ])
    let large = Vector(1) - exponential(logarithm - t * t)
    let signed = Vector(bits: large.bits | x.signBit)
    return Vector.select(magnitude, lessThan: Vector(0.9375), small, signed)
  }

  /// x Φ(x) = max(x, 0) - t Φ(-t) with t = |x| and 1 / (2 Φ(-t)) the eighth power of a polynomial, after Abramowitz and
  /// Stegun 7.1.28. To a part in a million from -1 on, to 2e-7 below.
  @inlinable @inline(__always) public static func gelu(_ x: Vector) -> Vector {
    // Nothing is left behind 16, and the power is finite there.
    let t = Vector.smaller(x.magnitude, Vector(16))
    let root = polynomial(
      t,
      [
        1, 0.099_735_13, 0.044_768_512, 0.008_647_679, 0.000_905_772_6, 0.000_164_987_68, 7.660_766e-5, -1.254_399_4e-5,
        2.596_062_1e-6,
      ])
    let square = root * root
    let fourth = square * square
    return Vector.larger(x, Vector(0)) - t * Vector(0.5) / (fourth * fourth)
  }

  /// x sigmoid(√(8/π) (x + 0.044715 x³)), which is the approximation of `gelu` through tanh.
  @inlinable @inline(__always) public static func geluTangent(_ x: Vector) -> Vector {
    let cubic = multiplyAdd(Vector(0.044_715) * x * x, x, x)
    return x * sigmoid(Vector(1.595_769_1) * cubic)
  }
}
