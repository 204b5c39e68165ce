import Core

/// Elements of another type: ONNX `Cast`. Numbers outside an integer's range are clamped, NaN becomes 0.
package struct Cast: Operator {
  package let element: ElementType
  /// Whether values are rounded to half precision, which is held as float32.
  package let roundsToHalf: Bool

  package init(to element: ElementType, roundsToHalf: Bool = false) {
    self.element = element
    self.roundsToHalf = roundsToHalf
  }

  package var name: String { "Cast" }
  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    [TensorType(element, inputs[0]!.shape)]
  }
  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let source = site.inputs[0]!.type
    if source.element == element && !roundsToHalf { return .alias }
    switch source.element {
    case .float32: return kernel(from: Float.self, source.count) { Double($0) }
    case .int8: return kernel(from: Int8.self, source.count) { Int64($0) }
    case .uint8: return kernel(from: UInt8.self, source.count) { Int64($0) }
    case .int32: return kernel(from: Int32.self, source.count) { Int64($0) }
    case .int64: return kernel(from: Int64.self, source.count) { $0 }
    case .bool: return kernel(from: Bool.self, source.count) { $0 ? 1 : 0 as Int64 }
    }
  }

  private func kernel<Source>(
    from: Source.Type, _ count: Int, _ widen: @escaping @Sendable (Source) -> Double
  ) -> Kernel {
    let half = roundsToHalf
    switch element {
    case .float32: return loop(count) { half ? Float(Float16(Float(widen($0)))) : Float(widen($0)) }
    case .int8: return loop(count) { Int8(clamping: clamped(widen($0))) }
    case .uint8: return loop(count) { UInt8(clamping: clamped(widen($0))) }
    case .int32: return loop(count) { Int32(clamping: clamped(widen($0))) }
    case .int64: return loop(count) { clamped(widen($0)) }
    case .bool: return loop(count) { widen($0) != 0 }
    }
  }

  private func kernel<Source>(
    from: Source.Type, _ count: Int, _ widen: @escaping @Sendable (Source) -> Int64
  ) -> Kernel {
    let half = roundsToHalf
    switch element {
    case .float32: return loop(count) { half ? Float(Float16(widen($0))) : Float(widen($0)) }
    case .int8: return loop(count) { Int8(truncatingIfNeeded: widen($0)) }
    case .uint8: return loop(count) { UInt8(truncatingIfNeeded: widen($0)) }
    case .int32: return loop(count) { Int32(truncatingIfNeeded: widen($0)) }
    case .int64: return loop(count) { widen($0) }
    case .bool: return loop(count) { widen($0) != 0 }
    }
  }

  private func loop<Source, Target>(_ count: Int, _ convert: @escaping @Sendable (Source) -> Target) -> Kernel {
    Kernel("cast") { frame in
      let (x, y): (UnsafePointer<Source>, UnsafeMutablePointer<Target>) = (frame.input(0), frame.output(0))
      for index in 0..<count { y[index] = convert(x[index]) }
    }
  }
}

/// Towards zero, into the range of 64 bits.
private func clamped(_ value: Double) -> Int64 {
  if value.isNaN { return 0 }
  return value >= 0x1p63 ? .max : value <= -0x1p63 ? .min : Int64(value)
}
