/// Floats from 8-bit integers: output = (input - zero) scale.
package enum Quantization {
  package static func dequantize(
    _ input: UnsafePointer<UInt8>, zero: UInt8, scale: Float, into output: UnsafeMutablePointer<Float>, count: Int,
    kernels: any KernelTable.Type = Processor.kernels
  ) {
    kernels.dequantize(input, zero, scale, output, count)
  }

  package static func dequantize(
    _ input: UnsafePointer<Int8>, zero: Int8, scale: Float, into output: UnsafeMutablePointer<Float>, count: Int,
    kernels: any KernelTable.Type = Processor.kernels
  ) {
    kernels.dequantize(input, zero, scale, output, count)
  }
}
