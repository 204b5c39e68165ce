import KernelCore

package typealias BinaryOperation = KernelCore.BinaryOperation
package typealias UnaryOperation = KernelCore.UnaryOperation

/// Functions of contiguous runs of floats, value by value. The output may be an input itself, not part of one.
package enum Elementwise {
  package static func run(
    _ operation: BinaryOperation, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    into output: UnsafeMutablePointer<Float>, count: Int, kernels: any KernelTable.Type = Processor.kernels
  ) {
    kernels.binary(operation, a, b, output, count)
  }

  package static func run(
    _ operation: BinaryOperation, _ a: UnsafePointer<Float>, _ b: Float, into output: UnsafeMutablePointer<Float>,
    count: Int, kernels: any KernelTable.Type = Processor.kernels
  ) {
    kernels.binary(operation, a, b, output, count)
  }

  package static func run(
    _ operation: BinaryOperation, _ a: Float, _ b: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>,
    count: Int, kernels: any KernelTable.Type = Processor.kernels
  ) {
    kernels.binary(operation, a, b, output, count)
  }

  package static func run(
    _ operation: UnaryOperation, _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, count: Int,
    kernels: any KernelTable.Type = Processor.kernels
  ) {
    kernels.unary(operation, input, output, count)
  }

  /// output = a b + c
  package static func multiplyAdd(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>,
    into output: UnsafeMutablePointer<Float>, count: Int, kernels: any KernelTable.Type = Processor.kernels
  ) {
    kernels.multiplyAdd(a, b, c, output, count)
  }

  /// output = a b + c
  package static func multiplyAdd(
    _ a: UnsafePointer<Float>, _ b: Float, _ c: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>,
    count: Int, kernels: any KernelTable.Type = Processor.kernels
  ) {
    kernels.multiplyAdd(a, b, c, output, count)
  }
}

/// Functions of pixels whose constants differ from channel to channel. Strides are floats from one pixel to the next.
/// The output may be the input itself when the strides agree.
package enum Channelwise {
  /// output = input scale[channel] + shift[channel]
  package static func scaleAndShift(
    pixels: Int, channels: Int, input: UnsafePointer<Float>, inputStride: Int, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, outputStride: Int,
    kernels: any KernelTable.Type = Processor.kernels
  ) {
    kernels.scaleAndShift(pixels, channels, input, inputStride, scale, shift, output, outputStride)
  }

  /// output = input where input > 0, else input slopes[channel]
  package static func prelu(
    pixels: Int, channels: Int, input: UnsafePointer<Float>, inputStride: Int, slopes: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, outputStride: Int, kernels: any KernelTable.Type = Processor.kernels
  ) {
    kernels.prelu(pixels, channels, input, inputStride, slopes, output, outputStride)
  }

  /// output = input (operation) values[channel]
  package static func run(
    _ operation: BinaryOperation, pixels: Int, channels: Int, input: UnsafePointer<Float>, inputStride: Int,
    values: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, outputStride: Int,
    kernels: any KernelTable.Type = Processor.kernels
  ) {
    for pixel in 0..<pixels {
      Elementwise.run(
        operation, input + pixel * inputStride, values, into: output + pixel * outputStride, count: channels,
        kernels: kernels)
    }
  }
}
