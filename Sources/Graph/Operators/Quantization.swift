import Core
import Kernels

/// Floats from integers and back, (q - zero) * scale, with one scale for all, one along an axis, or one for every block
/// along it: ONNX `DequantizeLinear`, `QuantizeLinear` (rounds half to even, saturates).
package struct Quantization: Operator {
  package enum Direction: Sendable, Hashable {
    case dequantize
    /// The element type where no zero point tells it.
    case quantize(ElementType)
  }

  package let direction: Direction
  package let axis: Int
  /// Elements a scale along the axis; 0 for one scale an entry.
  package let blockSize: Int

  package init(_ direction: Direction, axis: Int, blockSize: Int) {
    self.direction = direction
    self.axis = axis
    self.blockSize = blockSize
  }

  package var name: String { direction == .dequantize ? "DequantizeLinear" : "QuantizeLinear" }
  package var requiredInputs: Range<Int> { 0..<2 }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let (x, scale) = (inputs[0]!, inputs[1]!)
    try scale.checkFloat("scale")
    let stored: ElementType
    switch direction {
    case .dequantize:
      stored = x.type.element
      try stored.check([.int8, .uint8, .int32], "input 0")
    case .quantize(let element):
      try x.type.element.check([.float32, .int32], "input 0")
      stored = inputs.optional(2)?.type.element ?? element
      try stored.check([.int8, .uint8], "zero point")
    }
    if let zero = inputs.optional(2), zero.type != TensorType(stored, scale.shape) {
      throw FacenetError(.invalidArgument, "zero point is \(zero.type), wanted \(TensorType(stored, scale.shape))")
    }
    _ = try scaleStrides(x, scale)
    return [TensorType(direction == .dequantize ? .float32 : stored, x.shape)]
  }

  /// For each axis of x: elements of the scale to step, after so many of x.
  private func scaleStrides(_ x: Operand, _ scale: Operand) throws(FacenetError) -> [(step: Int, every: Int)] {
    if scale.type.count == 1 && blockSize == 0 { return x.shape.map { _ in (0, 1) } }
    let axis = try resolvedAxis(axis, rank: x.rank)
    var wanted = [x.shape[axis]]
    if blockSize > 0 {
      guard blockSize <= TensorType.elementLimit else {
        throw FacenetError(.invalidArgument, "block_size is \(blockSize), expected at most \(TensorType.elementLimit)")
      }
      wanted = x.shape
      wanted[axis] = (x.shape[axis] + blockSize - 1) / blockSize
    }
    guard blockSize >= 0, scale.shape == wanted else {
      throw FacenetError(.invalidArgument, "scale is \(scale.type), wanted the shape \(wanted)")
    }
    let strides = blockSize > 0 ? Layout.plain.strides(of: wanted) : x.shape.indices.map { $0 == axis ? 1 : 0 }
    return x.shape.indices.map { (strides[$0], $0 == axis ? max(1, blockSize) : 1) }
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let (x, zero) = (site.inputs[0]!, site.inputs.optional(2))
    let steps = try scaleStrides(x, site.inputs[1]!)
    if let fast = fastKernel(x, zero, steps) { return fast }
    let (shape, count) = (x.shape, x.type.count)
    let (source, target) = (x.type.element, site.outputs[0].type.element)
    let hasZero = zero != nil
    let stored = direction == .dequantize ? source : target
    return Kernel(name) { frame in
      for index in 0..<count {
        var (rest, at) = (index, 0)
        for axis in shape.indices.reversed() {
          at += rest % shape[axis] / steps[axis].every * steps[axis].step
          rest /= shape[axis]
        }
        let scale = frame.input(1, as: Float.self)[at]
        let zero = hasZero ? number(frame.input(2), at, stored) : 0
        let value = number(frame.input(0), index, source)
        if target == .float32 {
          frame.output(0, as: Float.self)[index] = Float(value - zero) * scale
        } else {
          let rounded = (Float(value) / scale).rounded(.toNearestOrEven)
          let shifted = rounded.isNaN ? zero : Double(rounded) + zero
          if target == .int8 {
            frame.output(0, as: Int8.self)[index] = Int8(max(-128, min(127, shifted)))
          } else {
            frame.output(0, as: UInt8.self)[index] = UInt8(max(0, min(255, shifted)))
          }
        }
      }
    }
  }

  /// Bytes to floats with a scale for each run of neighbours.
  private func fastKernel(_ x: Operand, _ zero: Operand?, _ steps: [(step: Int, every: Int)]) -> Kernel? {
    guard direction == .dequantize, x.type.element != .int32, blockSize == 0 else { return nil }
    let axis = steps.firstIndex { $0.step != 0 }
    let run = axis.map { x.shape[($0 + 1)...].reduce(1, *) } ?? x.type.count
    guard run >= 16 else { return nil }
    let (count, scales, isSigned) = (x.type.count, axis.map { x.shape[$0] } ?? 1, x.type.element == .int8)
    let hasZero = zero != nil
    return Kernel(name) { frame in
      for line in 0..<count / run {
        let (at, start) = (line % scales, line * run)
        let scale = frame.input(1, as: Float.self)[at]
        let y = frame.output(0, as: Float.self) + start
        if isSigned {
          Kernels.Quantization.dequantize(
            frame.input(0, as: Int8.self) + start, zero: hasZero ? frame.input(2)[at] : 0, scale: scale, into: y,
            count: run)
        } else {
          Kernels.Quantization.dequantize(
            frame.input(0, as: UInt8.self) + start, zero: hasZero ? frame.input(2)[at] : 0, scale: scale, into: y,
            count: run)
        }
      }
    }
  }
}

private func number(_ memory: UnsafePointer<UInt8>, _ index: Int, _ element: ElementType) -> Double {
  let raw = UnsafeRawPointer(memory)
  return switch element {
  case .float32: Double(raw.load(fromByteOffset: 4 * index, as: Float.self))
  case .int64: Double(raw.load(fromByteOffset: 8 * index, as: Int64.self))
  case .int32: Double(raw.load(fromByteOffset: 4 * index, as: Int32.self))
  case .int8: Double(raw.load(fromByteOffset: index, as: Int8.self))
  case .uint8, .bool: Double(raw.load(fromByteOffset: index, as: UInt8.self))
  }
}
