import Core
import Glibc
import Kernels

/// x to a power, shapes broadcast as numpy does; the result has the type of x: ONNX `Pow`.
///
/// Integer results wrap on overflow; a negative power of an integer is truncated, that of 0 is 0.
package struct Power: Operator {
  package init() {}

  package var name: String { "Pow" }
  package var requiredInputs: Range<Int> { 0..<2 }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let (x, power) = (inputs[0]!, inputs[1]!)
    try x.type.element.check(ElementType.numbers, "input 0")
    try power.type.element.check(ElementType.numbers, "the power")
    return [TensorType(x.type.element, try broadcastShape([x.shape, power.shape]))]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    if let kernel = specialKernel(site) { return kernel }
    let output = site.outputs[0]
    let x = try BroadcastOperand(site.inputs[0]!, for: output, at: site)
    let power = try BroadcastOperand(site.inputs[1]!, for: output, at: site)
    let nest = LoopNest(
      output.shape, strides: [x.strides, power.strides, output.strides],
      order: output.layout.memoryOrder(rank: output.rank))
    let loops = Loops(x: x, power: power, pieces: nest.parts(threads: site.threads, distinct: 2, grain: 1 << 12))
    switch output.type.element {
    case .float32: return loops.kernel(site.inputs[1]!.type.element, Float.self)
    case .int8: return loops.kernel(site.inputs[1]!.type.element, Int8.self)
    case .uint8: return loops.kernel(site.inputs[1]!.type.element, UInt8.self)
    case .int32: return loops.kernel(site.inputs[1]!.type.element, Int32.self)
    case .int64, .bool: return loops.kernel(site.inputs[1]!.type.element, Int64.self)
    }
  }

  /// Powers that networks use and that are cheaper otherwise.
  private func specialKernel(_ site: Site) -> Kernel? {
    let count = site.outputs[0].type.count
    guard site.outputs[0].type.element == .float32, site.inputs[0]!.shape == site.outputs[0].shape,
      let constant = site.inputs[1]!.constant, constant.count == 1, constant.type.element == .float32
    else { return nil }
    switch constant.values(as: Float.self)[0] {
    case 0.5: return UnaryFunction.kernel("square root", .squareRoot, count)
    case 1: return .alias
    case 2:
      return Kernel("square") { frame in
        let (input, output): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (frame.input(0), frame.output(0))
        inParallel(count, threads: frame.threads, grain: 1 << 15) { range in
          let x = input + range.lowerBound
          Elementwise.run(.multiply, x, x, into: output + range.lowerBound, count: range.count)
        }
      }
    case -1: return UnaryFunction.kernel("reciprocal", .reciprocal, count)
    default: return nil
    }
  }
}

extension Power {
  private struct Loops: Sendable {
    let x: BroadcastOperand
    let power: BroadcastOperand
    let pieces: [LoopNest]

    func kernel<Base: PowerBase>(_ element: ElementType, _: Base.Type) -> Kernel {
      switch element {
      case .float32: kernel(Base.self, Float.self) { $0.raised(to: $1) }
      case .int8: kernel(Base.self, Int8.self) { $0.raised(to: Int64($1)) }
      case .uint8: kernel(Base.self, UInt8.self) { $0.raised(to: Int64($1)) }
      case .int32: kernel(Base.self, Int32.self) { $0.raised(to: Int64($1)) }
      case .int64, .bool: kernel(Base.self, Int64.self) { $0.raised(to: $1) }
      }
    }

    private func kernel<Base: Sendable, Exponent: Sendable>(
      _: Base.Type, _: Exponent.Type, _ function: @escaping @Sendable (Base, Exponent) -> Base
    ) -> Kernel {
      Kernel("power") { frame in
        let bases: UnsafePointer<Base> = x.pointer(0, frame)
        let exponents: UnsafePointer<Exponent> = power.pointer(1, frame)
        let output: UnsafeMutablePointer<Base> = frame.output(0)
        pieces.run { $0.map(bases, exponents, output, function) }
      }
    }
  }
}

private protocol PowerBase: Sendable {
  func raised(to power: Float) -> Self
  func raised(to power: Int64) -> Self
}

extension Float: PowerBase {
  fileprivate func raised(to power: Float) -> Float { powf(self, power) }
  fileprivate func raised(to power: Int64) -> Float { Float(pow(Double(self), Double(power))) }
}

extension FixedWidthInteger where Self: Sendable {
  fileprivate func raised(to power: Float) -> Self {
    let result = pow(Double(self), Double(power))
    return result.isNaN ? 0 : Self(exactly: result.rounded(.towardZero)) ?? (result < 0 ? .min : .max)
  }

  /// By repeated squaring.
  fileprivate func raised(to power: Int64) -> Self {
    guard power >= 0 else {
      return self == 1 ? 1 : Self.isSigned && self == 0 &- 1 ? (power & 1 == 0 ? 1 : self) : 0
    }
    var (result, square, rest): (Self, Self, Int64) = (1, self, power)
    while rest > 0 {
      if rest & 1 == 1 { result = result &* square }
      square = square &* square
      rest >>= 1
    }
    return result
  }
}

extension Int8: PowerBase {}
extension UInt8: PowerBase {}
extension Int32: PowerBase {}
extension Int64: PowerBase {}
