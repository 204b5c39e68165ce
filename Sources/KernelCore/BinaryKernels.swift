// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// Arithmetic on pairs of values over contiguous floats. `output` may be an input.
public protocol BinaryKernels {
  static func binary(
    _ operation: BinaryOperation, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>, _ count: Int)
  static func binary(
    _ operation: BinaryOperation, _ a: UnsafePointer<Float>, _ b: Float, _ output: UnsafeMutablePointer<Float>,
    _ count: Int)
  static func binary(
    _ operation: BinaryOperation, _ a: Float, _ b: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    _ count: Int)
  /// output = a b + c
  static func multiplyAdd(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>, _ count: Int)
  /// output = a b + c
  static func multiplyAdd(
    _ a: UnsafePointer<Float>, _ b: Float, _ c: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    _ count: Int)
}

extension BinaryKernels where Self: InstructionSet {
  /// Gives `body` the operation as a function, so that its loop knows which it is.
  @inlinable @inline(__always) static func with(
    _ operation: BinaryOperation, _ body: ((Vector, Vector) -> Vector) -> Void
  ) {
    switch operation {
    case .add: body { $0 + $1 }
    case .subtract: body { $0 - $1 }
    case .multiply: body { $0 * $1 }
    case .divide: body { $0 / $1 }
    // Each order keeps the NaN of one side; joined, bits that are equal stay and a NaN stays a NaN.
    case .minimum: body { Vector(bits: Vector.smaller($0, $1).bits | Vector.smaller($1, $0).bits) }
    case .maximum: body { Vector(bits: Vector.larger($0, $1).bits | Vector.larger($1, $0).bits) }
    }
  }

  @inlinable @inline(__always) public static func binary(
    _ operation: BinaryOperation, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    with(operation) { function in
      Vector.forEachRegister(count) { i, part in
        function(Vector(at: a + i, part), Vector(at: b + i, part)).store(to: output + i, part)
      }
    }
  }

  @inlinable @inline(__always) public static func binary(
    _ operation: BinaryOperation, _ a: UnsafePointer<Float>, _ b: Float, _ output: UnsafeMutablePointer<Float>,
    _ count: Int
  ) {
    with(operation) { function in
      Vector.forEachRegister(count) { i, part in
        function(Vector(at: a + i, part), Vector(b)).store(to: output + i, part)
      }
    }
  }

  @inlinable @inline(__always) public static func binary(
    _ operation: BinaryOperation, _ a: Float, _ b: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    _ count: Int
  ) {
    with(operation) { function in
      Vector.forEachRegister(count) { i, part in
        function(Vector(a), Vector(at: b + i, part)).store(to: output + i, part)
      }
    }
  }

  @inlinable @inline(__always) public static func multiplyAdd(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    Vector.forEachRegister(count) { i, part in
      multiplyAdd(Vector(at: a + i, part), Vector(at: b + i, part), Vector(at: c + i, part))
        .store(to: output + i, part)
    }
  }

  @inlinable @inline(__always) public static func multiplyAdd(
    _ a: UnsafePointer<Float>, _ b: Float, _ c: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    _ count: Int
  ) {
    Vector.forEachRegister(count) { i, part in
      multiplyAdd(Vector(at: a + i, part), Vector(b), Vector(at: c + i, part)).store(to: output + i, part)
    }
  }
}
