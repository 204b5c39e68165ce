// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// Floats from 8-bit integers: output = (input - zero) scale.
public protocol QuantizationKernels {
  static func dequantize(
    _ input: UnsafePointer<UInt8>, _ zero: UInt8, _ scale: Float, _ output: UnsafeMutablePointer<Float>, _ count: Int)
  static func dequantize(
    _ input: UnsafePointer<Int8>, _ zero: Int8, _ scale: Float, _ output: UnsafeMutablePointer<Float>, _ count: Int)
}

extension QuantizationKernels where Self: InstructionSet {
  @inlinable @inline(__always) public static func dequantize(
    _ input: UnsafePointer<UInt8>, _ zero: UInt8, _ scale: Float, _ output: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    for i in 0..<count { output[i] = Float(Int32(input[i]) &- Int32(zero)) * scale }
  }

  @inlinable @inline(__always) public static func dequantize(
    _ input: UnsafePointer<Int8>, _ zero: Int8, _ scale: Float, _ output: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    for i in 0..<count { output[i] = Float(Int32(input[i]) &- Int32(zero)) * scale }
  }
}
