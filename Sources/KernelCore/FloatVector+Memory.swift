// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

extension FloatVector {
  /// The floats at `pointer`, however it is aligned.
  @inlinable @inline(__always) public init(at pointer: UnsafePointer<Float>) {
    self = UnsafeRawPointer(pointer).loadUnaligned(as: Self.self)
  }

  @inlinable @inline(__always) public func store(to pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: Self.self)
  }
}

extension FloatVector {
  /// Calls `body` for the offset of each whole register in `0..<count`, then once for what is left over.
  /// `body` is given the offset and the number of floats, `nil` for a whole register.
  @inlinable @inline(__always) public static func forEachRegister(_ count: Int, _ body: (Int, Int?) -> Void) {
    var offset = 0
    while offset &+ width <= count {
      body(offset, nil)
      offset &+= width
    }
    if offset < count { body(offset, count &- offset) }
  }

  @inlinable @inline(__always) public init(at pointer: UnsafePointer<Float>, _ part: Int?) {
    if let part { self.init(at: pointer, count: part) } else { self.init(at: pointer) }
  }

  @inlinable @inline(__always) public func store(to pointer: UnsafeMutablePointer<Float>, _ part: Int?) {
    if let part { store(to: pointer, count: part) } else { store(to: pointer) }
  }
}
