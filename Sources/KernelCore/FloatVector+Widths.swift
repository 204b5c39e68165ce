// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

extension SIMD4: FloatVector where Scalar == Float {
  @inlinable @inline(__always) public static func larger(_ a: Self, _ b: Self) -> Self {
    a.replacing(with: b, where: a .< b)
  }
  @inlinable @inline(__always) public static func smaller(_ a: Self, _ b: Self) -> Self {
    a.replacing(with: b, where: b .< a)
  }
  @inlinable @inline(__always) public static func select(_ a: Self, lessThan b: Self, _ x: Self, _ y: Self) -> Self {
    y.replacing(with: x, where: a .< b)
  }
  @inlinable @inline(__always) public var bits: SIMD4<Int32> { unsafeBitCast(self, to: SIMD4<Int32>.self) }
  @inlinable @inline(__always) public init(bits: SIMD4<Int32>) { self = unsafeBitCast(bits, to: Self.self) }
}

extension SIMD4: IntegerVector where Scalar == Int32 {
  @inlinable @inline(__always) public func shiftedLeft(_ count: Int32) -> Self { self &<< Self(repeating: count) }
  @inlinable @inline(__always) public func shiftedRight(_ count: Int32) -> Self { self &>> Self(repeating: count) }
}

extension SIMD8: FloatVector where Scalar == Float {
  @inlinable @inline(__always) public static func larger(_ a: Self, _ b: Self) -> Self {
    a.replacing(with: b, where: a .< b)
  }
  @inlinable @inline(__always) public static func smaller(_ a: Self, _ b: Self) -> Self {
    a.replacing(with: b, where: b .< a)
  }
  @inlinable @inline(__always) public static func select(_ a: Self, lessThan b: Self, _ x: Self, _ y: Self) -> Self {
    y.replacing(with: x, where: a .< b)
  }
  @inlinable @inline(__always) public var bits: SIMD8<Int32> { unsafeBitCast(self, to: SIMD8<Int32>.self) }
  @inlinable @inline(__always) public init(bits: SIMD8<Int32>) { self = unsafeBitCast(bits, to: Self.self) }
}

extension SIMD8: IntegerVector where Scalar == Int32 {
  @inlinable @inline(__always) public func shiftedLeft(_ count: Int32) -> Self { self &<< Self(repeating: count) }
  @inlinable @inline(__always) public func shiftedRight(_ count: Int32) -> Self { self &>> Self(repeating: count) }
}

extension SIMD16: FloatVector where Scalar == Float {
  @inlinable @inline(__always) public static func larger(_ a: Self, _ b: Self) -> Self {
    a.replacing(with: b, where: a .< b)
  }
  @inlinable @inline(__always) public static func smaller(_ a: Self, _ b: Self) -> Self {
    a.replacing(with: b, where: b .< a)
  }
  @inlinable @inline(__always) public static func select(_ a: Self, lessThan b: Self, _ x: Self, _ y: Self) -> Self {
    y.replacing(with: x, where: a .< b)
  }
  @inlinable @inline(__always) public var bits: SIMD16<Int32> { unsafeBitCast(self, to: SIMD16<Int32>.self) }
  @inlinable @inline(__always) public init(bits: SIMD16<Int32>) { self = unsafeBitCast(bits, to: Self.self) }
}

extension SIMD16: IntegerVector where Scalar == Int32 {
  @inlinable @inline(__always) public func shiftedLeft(_ count: Int32) -> Self { self &<< Self(repeating: count) }
  @inlinable @inline(__always) public func shiftedRight(_ count: Int32) -> Self { self &>> Self(repeating: count) }
}
