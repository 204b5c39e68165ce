import Kernels

/// Numbers as bytes, of one step for all pivots, so that all count alike: code 128 is zero. Immutable: any thread.
struct PivotScale {
  let step: Float

  /// - Parameter largest: the magnitude that still has a code of its own.
  init(largest: Float) { step = max(largest, .leastNormalMagnitude) / 127 }

  init(step: Float) { self.step = step }

  @inline(__always) func code(_ value: Float) -> UInt8 {
    UInt8(max(0, min(255, (value / step).rounded() + 128)))
  }

  @inline(__always) func value(_ code: UInt8) -> Float { Float(Int(code) - 128) * step }

  /// Whole numbers in the proportions of a projected query, and the factor of their product with codes that adds up, with
  /// a reference's squared length, to the squared distance less a constant of the query.
  func query(_ point: UnsafePointer<Float>, count: Int, into whole: UnsafeMutablePointer<Int16>) -> Float {
    // No less, so that the factor is finite where the query has no part in any pivot.
    var largest: Float = 0x1p-100
    for k in 0..<count { largest = max(largest, abs(point[k])) }
    let limit = min(Float(Int16.max), Float(ByteTable.largestQuerySum / count))
    let factor = limit / largest
    for k in 0..<count { whole[k] = Int16((point[k] * factor).rounded(.towardZero)) }
    return -2 * step / factor
  }
}
