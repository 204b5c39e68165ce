// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// Functions of one value over contiguous floats.
public protocol UnaryKernels {
  /// `output` may be `input`.
  static func unary(
    _ operation: UnaryOperation, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int)
}

extension UnaryKernels where Self: InstructionSet {
  @inlinable @inline(__always) static func map(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int, _ function: (Vector) -> Vector
  ) {
    Vector.forEachRegister(count) { offset, part in
      function(Vector(at: input + offset, part)).store(to: output + offset, part)
    }
  }

  @inlinable @inline(__always) public static func unary(
    _ operation: UnaryOperation, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    switch operation {
    case .absolute: map(input, output, count) { $0.magnitude }
    case .negative: map(input, output, count) { -$0 }
    case .reciprocal: map(input, output, count) { Vector(1) / $0 }
    case .squareRoot: squareRoots(input, output, count)
    case .exponential: map(input, output, count) { exponential($0) }
    case .logarithm: map(input, output, count) { logarithm($0) }
    case .hyperbolicTangent: map(input, output, count) { hyperbolicTangent($0) }
    case .errorFunction: map(input, output, count) { errorFunction($0) }
    case .sigmoid: map(input, output, count) { sigmoid($0) }
    case .relu: map(input, output, count) { Vector.larger($0, Vector(0)) }
    case .leakyRelu(let slope): map(input, output, count) { leaky($0, Vector(slope)) }
    case .clip(let low, let high):
      map(input, output, count) { Vector.smaller(Vector.larger($0, Vector(low)), Vector(high)) }
    case .hardSigmoid(let slope, let offset): map(input, output, count) { hardSigmoid($0, slope, offset) }
    case .hardSwish: map(input, output, count) { $0 * hardSigmoid($0, 1 / 6, 0.5) }
    case .gelu: map(input, output, count) { gelu($0) }
    case .geluTangent: map(input, output, count) { geluTangent($0) }
    }
  }

  /// x where x is not below 0, else slope x.
  @inlinable @inline(__always) static func leaky(_ x: Vector, _ slope: Vector) -> Vector {
    Vector.select(x, lessThan: Vector(0), x * slope, x)
  }

  @inlinable @inline(__always) static func hardSigmoid(_ x: Vector, _ slope: Float, _ offset: Float) -> Vector {
    let line = multiplyAdd(x, Vector(slope), Vector(offset))
    return Vector.smaller(Vector.larger(line, Vector(0)), Vector(1))
  }

  /// Value by value: Swift has no square root of a whole register.
  @inlinable @inline(__always) static func squareRoots(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    var i = 0
    while i < count {
      output[i] = input[i].squareRoot()
      i &+= 1
    }
  }
}
