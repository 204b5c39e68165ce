/// Functions of whole rows of a dense (rows, count) matrix. The output may be the input itself.
package enum RowFunctions {
  /// exp(x - max) / sum over each row.
  package static func softmax(
    rows: Int, count: Int, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows { Reference.softmax(input + row * count, into: output + row * count, count: count) }
  }

  /// (x - mean) / sqrt(variance + epsilon) * scale + shift over each row, the population's variance.
  package static func layerNormalization(
    rows: Int, count: Int, epsilon: Float, input: UnsafePointer<Float>, scale: UnsafePointer<Float>?,
    shift: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      Reference.layerNormalization(
        input + row * count, epsilon: epsilon, scale: scale, shift: shift, into: output + row * count, count: count)
    }
  }
}
