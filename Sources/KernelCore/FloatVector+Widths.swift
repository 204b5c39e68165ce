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
  @inlinable @inline(__always) public var neighboursExchanged: Self { Self(self[1], self[0], self[3], self[2]) }
  @inlinable @inline(__always) public var total: Float { (self[0] + self[2]) + (self[1] + self[3]) }
  @inlinable @inline(__always) public init(at pointer: UnsafePointer<Float>, count: Int) {
    switch count {
    case 3: self.init(pointer[0], pointer[1], pointer[2], 0)
    case 2: self.init(pointer[0], pointer[1], 0, 0)
    case 1: self.init(pointer[0], 0, 0, 0)
    default: self.init(repeating: 0)
    }
  }
  @inlinable @inline(__always) public func store(to pointer: UnsafeMutablePointer<Float>, count: Int) {
    if count > 0 { pointer[0] = self[0] }
    if count > 1 { pointer[1] = self[1] }
    if count > 2 { pointer[2] = self[2] }
  }
}

extension SIMD4: IntegerVector where Scalar == Int32 {
  @inlinable @inline(__always) public func shiftedLeft(_ count: Int32) -> Self { self &<< Self(repeating: count) }
  @inlinable @inline(__always) public func shiftedRight(_ count: Int32) -> Self { self &>> Self(repeating: count) }
  @inlinable @inline(__always) public var hasNegative: Bool { (self[0] | self[1] | self[2] | self[3]) < 0 }
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
  @inlinable @inline(__always) public var neighboursExchanged: Self {
    Self(lowHalf: lowHalf.neighboursExchanged, highHalf: highHalf.neighboursExchanged)
  }
  @inlinable @inline(__always) public var total: Float { (lowHalf + highHalf).total }
  // By halves: a register never goes through memory of its own.
  @inlinable @inline(__always) public init(at pointer: UnsafePointer<Float>, count: Int) {
    self =
      count < 4
      ? Self(lowHalf: SIMD4<Float>(at: pointer, count: count), highHalf: SIMD4<Float>(repeating: 0))
      : Self(lowHalf: SIMD4<Float>(at: pointer), highHalf: SIMD4<Float>(at: pointer + 4, count: count &- 4))
  }
  @inlinable @inline(__always) public func store(to pointer: UnsafeMutablePointer<Float>, count: Int) {
    if count < 4 { return lowHalf.store(to: pointer, count: count) }
    lowHalf.store(to: pointer)
    highHalf.store(to: pointer + 4, count: count &- 4)
  }
}

extension SIMD8: IntegerVector where Scalar == Int32 {
  @inlinable @inline(__always) public func shiftedLeft(_ count: Int32) -> Self { self &<< Self(repeating: count) }
  @inlinable @inline(__always) public func shiftedRight(_ count: Int32) -> Self { self &>> Self(repeating: count) }
  @inlinable @inline(__always) public var hasNegative: Bool { (lowHalf | highHalf).hasNegative }
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
  @inlinable @inline(__always) public var neighboursExchanged: Self {
    Self(lowHalf: lowHalf.neighboursExchanged, highHalf: highHalf.neighboursExchanged)
  }
  @inlinable @inline(__always) public var total: Float { (lowHalf + highHalf).total }
  // By halves: a register never goes through memory of its own.
  @inlinable @inline(__always) public init(at pointer: UnsafePointer<Float>, count: Int) {
    self =
      count < 8
      ? Self(lowHalf: SIMD8<Float>(at: pointer, count: count), highHalf: SIMD8<Float>(repeating: 0))
      : Self(lowHalf: SIMD8<Float>(at: pointer), highHalf: SIMD8<Float>(at: pointer + 8, count: count &- 8))
  }
  @inlinable @inline(__always) public func store(to pointer: UnsafeMutablePointer<Float>, count: Int) {
    if count < 8 { return lowHalf.store(to: pointer, count: count) }
    lowHalf.store(to: pointer)
    highHalf.store(to: pointer + 8, count: count &- 8)
  }
}

extension SIMD16: IntegerVector where Scalar == Int32 {
  @inlinable @inline(__always) public func shiftedLeft(_ count: Int32) -> Self { self &<< Self(repeating: count) }
  @inlinable @inline(__always) public func shiftedRight(_ count: Int32) -> Self { self &>> Self(repeating: count) }
  @inlinable @inline(__always) public var hasNegative: Bool { (lowHalf | highHalf).hasNegative }
}
