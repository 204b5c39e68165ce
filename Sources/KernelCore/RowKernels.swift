// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// Functions of one whole row of floats. `output` may be `input`.
public protocol RowKernels {
  /// exp(x - max) / sum
  static func softmax(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int)
  /// (x - mean) / sqrt(variance + epsilon) * scale + shift
  static func layerNormalization(
    _ input: UnsafePointer<Float>, _ epsilon: Float, _ scale: UnsafePointer<Float>?, _ shift: UnsafePointer<Float>?,
    _ output: UnsafeMutablePointer<Float>, _ count: Int)
}

extension RowKernels where Self: InstructionSet & ReductionKernels & UnaryKernels {
  @inlinable @inline(__always) public static func softmax(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    if count <= 0 { return }
    let largest = Vector(maximum(input, count))
    map(input, output, count) { exponential($0 - largest) }
    let factor = Vector(1 / sum(output, count))
    map(output, output, count) { $0 * factor }
  }

  @inlinable @inline(__always) public static func layerNormalization(
    _ input: UnsafePointer<Float>, _ epsilon: Float, _ scale: UnsafePointer<Float>?, _ shift: UnsafePointer<Float>?,
    _ output: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    if count <= 0 { return }
    let mean = sum(input, count) / Float(count)
    // From the mean, not from the sum of squares: what is left is small and keeps its digits.
    map(input, output, count) { $0 - Vector(mean) }
    let variance = dotProduct(output, output, count) / Float(count)
    let factor = Vector(1 / (variance + epsilon).squareRoot())
    Vector.forEachRegister(count) { i, part in
      let normal = Vector(at: output + i, part) * factor
      let scale = scale.map { Vector(at: $0 + i, part) } ?? Vector(1)
      let shift = shift.map { Vector(at: $0 + i, part) } ?? Vector(0)
      multiplyAdd(normal, scale, shift).store(to: output + i, part)
    }
  }
}
