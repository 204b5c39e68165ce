import Core
import Kernels

/// The pivots of MLANN as orthonormal directions through an origin: what tells vectors apart while their distances to the
/// pivots are all that is looked at.
///
/// On unit vectors D(x, p) = 2 - 2<x, p>, so the equal-variance likelihood of distances to pivots is a squared distance
/// of projections onto them, and orthonormal pivots count nothing twice. Immutable: any thread.
final class Pivots: Sendable {
  /// Numbers in a vector, padding included.
  let stride: Int
  let count: Int
  /// The origin, then the directions: (1 + count, stride) floats.
  let floats: [Float]
  private let product: MatrixProduct

  /// - Parameter floats: (1 + count, stride); zeros behind the last dimension.
  init(_ floats: [Float], count: Int, stride: Int) throws(FacenetError) {
    (self.stride, self.count, self.floats) = (stride, count, floats)
    product = try floats.withUnsafeBufferPointer { floats throws(FacenetError) in
      let origin = floats.baseAddress!
      let bias = (1...count).map { -Reduction.dotProduct(origin, origin + $0 * stride, count: stride) }
      return try bias.withUnsafeBufferPointer { bias throws(FacenetError) in
        try MatrixProduct(
          inner: stride, columns: count, matrix: UnsafeBufferPointer(rebasing: floats[stride...]), transposed: true,
          bias: bias)
      }
    }
  }

  /// Projects (rows, stride) vectors to (rows, count) numbers.
  func project(_ vectors: UnsafePointer<Float>, rows: Int, into output: UnsafeMutablePointer<Float>, threads: Int = 1) {
    product.run(
      rows: rows, input: vectors, inputStride: stride, output: output, outputStride: count, threads: threads)
  }
}
