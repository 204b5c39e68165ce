import Glibc

extension Reference {
  /// See ``RowFunctions/softmax``.
  package static func softmax(_ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, count: Int) {
    guard count > 0 else { return }
    let values = (0..<count).map { Double(input[$0]) }
    let maximum = values.max() ?? 0
    let powers = values.map { exp($0 - maximum) }
    let sum = powers.reduce(0, +)
    for i in 0..<count { output[i] = Float(powers[i] / sum) }
  }

  /// See ``RowFunctions/layerNormalization``.
  package static func layerNormalization(
    _ input: UnsafePointer<Float>, epsilon: Float, scale: UnsafePointer<Float>?, shift: UnsafePointer<Float>?,
    into output: UnsafeMutablePointer<Float>, count: Int
  ) {
    guard count > 0 else { return }
    let values = (0..<count).map { Double(input[$0]) }
    let mean = values.reduce(0, +) / Double(count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    let factor = 1 / (variance + Double(epsilon)).squareRoot()
    for i in 0..<count {
      output[i] = Float((values[i] - mean) * factor * Double(scale?[i] ?? 1) + Double(shift?[i] ?? 0))
    }
  }
}
