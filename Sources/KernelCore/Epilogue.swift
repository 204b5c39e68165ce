// Public for the modules of instruction sets alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// What is done to a sum before its one store, beyond adding a residual: the bias it starts from and its activation.
@frozen public struct Epilogue {
  @frozen public enum Kind {
    case none
    /// Not below `low`, not above `high`.
    case clamp
    /// Times the channel's slope where negative.
    case slopes
  }

  public var kind: Kind
  public var low: Float
  public var high: Float
  /// One value an output channel, padded to whole panels.
  public var bias: UnsafePointer<Float>
  /// As `bias`; read for `slopes` alone.
  public var slopes: UnsafePointer<Float>

  @inlinable public init(
    kind: Kind, low: Float, high: Float, bias: UnsafePointer<Float>, slopes: UnsafePointer<Float>
  ) {
    self.kind = kind
    self.low = low
    self.high = high
    self.bias = bias
    self.slopes = slopes
  }

  /// The same for the channels from `column` on.
  @inlinable public func advanced(by column: Int) -> Epilogue {
    Epilogue(kind: kind, low: low, high: high, bias: bias + column, slopes: slopes + column)
  }
}

extension Epilogue {
  /// The activation of a register of sums that starts at this output channel, whose slopes are read as a whole register.
  @inlinable @inline(__always)
  func activate<Set: InstructionSet>(_ value: Set.Vector, _ column: Int, _: Set.Type) -> Set.Vector {
    switch kind {
    case .none: value
    case .clamp: Set.Vector.smaller(Set.Vector.larger(value, Set.Vector(low)), Set.Vector(high))
    case .slopes:
      Set.Vector.select(
        value, lessThan: Set.Vector(0), value * Set.Vector(at: slopes + column), value)
    }
  }
}

extension Epilogue {
  /// As for one register: sums of the same channels.
  @inlinable @inline(__always)
  func activate<Set: InstructionSet, let count: Int>(
    _ sums: inout InlineArray<count, Set.Vector>, _ column: Int, _: Set.Type
  ) {
    switch kind {
    case .none: break
    case .clamp:
      let (low, high) = (Set.Vector(low), Set.Vector(high))
      for i in 0..<count { sums[i] = Set.Vector.smaller(Set.Vector.larger(sums[i], low), high) }
    case .slopes:
      let slope = Set.Vector(at: slopes + column)
      for i in 0..<count {
        sums[i] = Set.Vector.select(sums[i], lessThan: Set.Vector(0), sums[i] * slope, sums[i])
      }
    }
  }
}
