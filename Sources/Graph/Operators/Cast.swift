import Core

/// Elements of another type: ONNX `Cast` and, where no type is given, `CastLike`, which takes that of input 1.
///
/// Floats outside an integer's range are clamped, NaN becomes 0.
package struct Cast: Operator {
  package let element: ElementType?
  /// Whether values are rounded to half precision, which is held as float32.
  package let roundsToHalf: Bool

  package init(to element: ElementType?, roundsToHalf: Bool = false) {
    self.element = element
    self.roundsToHalf = roundsToHalf
  }

  package var name: String { element == nil ? "CastLike" : "Cast" }
  package var requiredInputs: Range<Int> { 0..<(element == nil ? 2 : 1) }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    [TensorType(element ?? inputs[1]!.type.element, inputs[0]!.shape)]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let (source, target) = (site.inputs[0]!.type, site.outputs[0].type.element)
    if source.element == target && !roundsToHalf { return .alias }
    let operand = try BroadcastOperand(site.inputs[0]!, for: site.outputs[0], at: site)
    switch source.element {
    case .float32: return kernel(from: Float.self, to: target, operand, source.count) { Double($0) }
    case .int8: return kernel(from: Int8.self, to: target, operand, source.count) { Int64($0) }
    case .uint8: return kernel(from: UInt8.self, to: target, operand, source.count) { Int64($0) }
    case .int32: return kernel(from: Int32.self, to: target, operand, source.count) { Int64($0) }
    case .int64: return kernel(from: Int64.self, to: target, operand, source.count) { $0 }
    case .bool: return kernel(from: Bool.self, to: target, operand, source.count) { $0 ? 1 : 0 as Int64 }
    }
  }

  private func kernel<Source>(
    from: Source.Type, to element: ElementType, _ operand: BroadcastOperand, _ count: Int,
    _ widen: @escaping @Sendable (Source) -> Double
  ) -> Kernel {
    let half = roundsToHalf
    switch element {
    case .float32: return loop(operand, count) { half ? Float(Float16(Float(widen($0)))) : Float(widen($0)) }
    case .int8: return loop(operand, count) { Int8(clamping: clamped(widen($0))) }
    case .uint8: return loop(operand, count) { UInt8(clamping: clamped(widen($0))) }
    case .int32: return loop(operand, count) { Int32(clamping: clamped(widen($0))) }
    case .int64: return loop(operand, count) { clamped(widen($0)) }
    case .bool: return loop(operand, count) { widen($0) != 0 }
    }
  }

  private func kernel<Source>(
    from: Source.Type, to element: ElementType, _ operand: BroadcastOperand, _ count: Int,
    _ widen: @escaping @Sendable (Source) -> Int64
  ) -> Kernel {
    let half = roundsToHalf
    switch element {
    case .float32: return loop(operand, count) { half ? Float(Float16(widen($0))) : Float(widen($0)) }
    case .int8: return loop(operand, count) { Int8(truncatingIfNeeded: widen($0)) }
    case .uint8: return loop(operand, count) { UInt8(truncatingIfNeeded: widen($0)) }
    case .int32: return loop(operand, count) { Int32(truncatingIfNeeded: widen($0)) }
    case .int64: return loop(operand, count) { widen($0) }
    case .bool: return loop(operand, count) { widen($0) != 0 }
    }
  }

  private func loop<Source, Target>(
    _ operand: BroadcastOperand, _ count: Int, _ convert: @escaping @Sendable (Source) -> Target
  ) -> Kernel {
    Kernel("cast") { frame in
      let (x, y): (UnsafePointer<Source>, UnsafeMutablePointer<Target>) = (operand.pointer(0, frame), frame.output(0))
      for index in 0..<count { y[index] = convert(x[index]) }
    }
  }
}

/// Towards zero, into the range of 64 bits.
private func clamped(_ value: Double) -> Int64 {
  if value.isNaN { return 0 }
  return value >= 0x1p63 ? .max : value <= -0x1p63 ? .min : Int64(value)
}
