// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// A register of floats: the operations of which the kernels are made, each one instruction or two.
///
/// The operators of `SIMD` itself go lane by lane in generic code; a conformance binds the whole-register ones.
public protocol FloatVector: SIMD where Scalar == Float {
  associatedtype Integers: IntegerVector
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
  /// b where b > a, else a: keeps a NaN in `a`.
  static func larger(_ a: Self, _ b: Self) -> Self
  /// b where b < a, else a: keeps a NaN in `a`.
  static func smaller(_ a: Self, _ b: Self) -> Self
  /// x where a < b, else y.
  static func select(_ a: Self, lessThan b: Self, _ x: Self, _ y: Self) -> Self
  var bits: Integers { get }
  init(bits: Integers)
  /// Lanes 2i and 2i + 1 in each other's place.
  var neighboursExchanged: Self { get }
  /// The sum of the lanes: halves added to each other.
  var total: Float { get }
  /// The first `count` floats at `pointer`, fewer than a register, and zeros; nothing behind them is read.
  init(at pointer: UnsafePointer<Float>, count: Int)
  /// Writes the first `count` lanes, fewer than a register, and nothing else.
  func store(to pointer: UnsafeMutablePointer<Float>, count: Int)
}

/// The bits of a ``FloatVector``, as signed integers.
public protocol IntegerVector: SIMD where Scalar == Int32 {
  static func &+ (a: Self, b: Self) -> Self
  static func &- (a: Self, b: Self) -> Self
  static func &* (a: Self, b: Self) -> Self
  static func & (a: Self, b: Self) -> Self
  static func | (a: Self, b: Self) -> Self
  static func ^ (a: Self, b: Self) -> Self
  func shiftedLeft(_ count: Int32) -> Self
  /// Copies of the sign come in from the left.
  func shiftedRight(_ count: Int32) -> Self
  /// Whether any lane is below zero.
  var hasNegative: Bool { get }
}

extension FloatVector {
  /// All lanes `value`.
  @inlinable @inline(__always) public init(_ value: Float) { self.init(repeating: value) }
  @inlinable @inline(__always) public static var width: Int { Self.scalarCount }
  @inlinable @inline(__always)
  public var magnitude: Self { Self(bits: bits & Integers(repeating: Int32.max)) }
  /// Minus zero where negative, zero elsewhere.
  @inlinable @inline(__always)
  public var signBit: Integers { bits & Integers(repeating: Int32.min) }
  @inlinable @inline(__always) public static prefix func - (a: Self) -> Self {
    Self(bits: a.bits ^ Integers(repeating: Int32.min))
  }
}
