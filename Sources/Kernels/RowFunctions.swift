/// Functions of whole rows of a dense (rows, count) matrix. The output may be the input itself.
package enum RowFunctions {
  /// exp(x - max) / sum over each row.
  package static func softmax(
    rows: Int, count: Int, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
    kernels: any KernelTable.Type = Processor.kernels
  ) {
    for row in 0..<rows { kernels.softmax(input + row * count, output + row * count, count) }
  }

  /// (x - mean) / sqrt(variance + epsilon) * scale + shift over each row, the population's variance.
  package static func layerNormalization(
    rows: Int, count: Int, epsilon: Float, input: UnsafePointer<Float>, scale: UnsafePointer<Float>?,
    shift: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>,
    kernels: any KernelTable.Type = Processor.kernels
  ) {
    for row in 0..<rows {
      kernels.layerNormalization(input + row * count, epsilon, scale, shift, output + row * count, count)
    }
  }
}
