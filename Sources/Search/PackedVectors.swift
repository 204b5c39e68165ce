import Core
import Kernels

/// Vectors from outside, checked, in rows as a ``VectorStore`` has them. Immutable: any thread.
package struct PackedVectors: @unchecked Sendable {
  /// Squared lengths outside of this would not leave room for squared distances in a float.
  private static let squaredLengthRange: ClosedRange<Float> = 0x1p-100...0x1p100

  package let count: Int
  package let dimension: Int
  /// Floats from one row to the next.
  package let stride: Int
  package let squaredLengths: [Float]
  private let memory: AlignedBuffer

  /// - Parameter vectors: `count * dimension` floats.
  /// - Throws: `invalidArgument` for another number of floats and for a vector that is zero or holds a value that is not
  ///   a number; `tooLarge`.
  package init(_ vectors: UnsafeBufferPointer<Float>, dimension: Int, what: String) throws(FacenetError) {
    guard vectors.count % dimension == 0 else {
      throw FacenetError(
        .invalidArgument,
        "the index has \(dimension) dimensions; \(vectors.count) numbers are no whole number of \(what)s")
    }
    self.dimension = dimension
    count = vectors.count / dimension
    stride = VectorStore.stride(dimension)
    memory = try AlignedBuffer(count: count * stride * MemoryLayout<Float>.stride)
    var lengths = [Float](repeating: 0, count: count)
    for index in 0..<count {
      let row = memory.pointer(to: Float.self) + index * stride
      row.update(from: vectors.baseAddress! + index * dimension, count: dimension)
      lengths[index] = Reduction.sumOfSquares(row, count: stride)
      guard Self.squaredLengthRange.contains(lengths[index]) else {
        throw Self.refusal("\(what) \(index)", UnsafeBufferPointer(start: row, count: dimension))
      }
    }
    squaredLengths = lengths
  }

  private init(_ other: PackedVectors, _ indices: [Int]) throws(FacenetError) {
    (count, dimension, stride) = (indices.count, other.dimension, other.stride)
    squaredLengths = indices.map { other.squaredLengths[$0] }
    memory = try AlignedBuffer(count: count * stride * MemoryLayout<Float>.stride)
    for (position, index) in indices.enumerated() {
      (memory.pointer(to: Float.self) + position * stride).update(from: other.row(index), count: stride)
    }
  }

  /// A copy of some of the vectors.
  func selecting(_ indices: [Int]) throws(FacenetError) -> PackedVectors { try PackedVectors(self, indices) }

  package func row(_ index: Int) -> UnsafePointer<Float> { UnsafePointer(memory.pointer() + index &* stride) }

  private static func refusal(_ vector: String, _ values: UnsafeBufferPointer<Float>) -> FacenetError {
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      return FacenetError(.invalidArgument, "\(vector) has the value \(values[place]) in dimension \(place)")
    }
    if values.allSatisfy({ $0 == 0 }) {
      return FacenetError(.invalidArgument, "\(vector) is zero: it has no direction")
    }
    return FacenetError(.invalidArgument, "the length of \(vector) lies outside 1e-15 to 1e15")
  }
}
