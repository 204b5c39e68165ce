/// Floats from 8-bit integers: output = (input - zero) scale.
package enum Quantization {
  package static func dequantize(
    _ input: UnsafePointer<UInt8>, zero: UInt8, scale: Float, into output: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { output[i] = Float(Int(input[i]) - Int(zero)) * scale }
  }

  package static func dequantize(
    _ input: UnsafePointer<Int8>, zero: Int8, scale: Float, into output: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { output[i] = Float(Int(input[i]) - Int(zero)) * scale }
  }
}
