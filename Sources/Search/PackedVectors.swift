import Core

/// Queries in rows as a ``VectorStore`` has them: 64-byte aligned, zeros up to a multiple of 16 floats. Immutable: any
/// thread.
package struct PackedVectors: Sendable {
  package let count: Int
  package let dimension: Int
  /// Floats from one row to the next.
  package let stride: Int
  package let squaredLengths: [Float]
  private let memory: AlignedBuffer

  /// - Throws: `invalidArgument`, naming the query, for one that is zero or holds a value that is not finite; `tooLarge`.
  package init(_ queries: UnsafeBufferPointer<Float>, dimension: Int) throws(FacenetError) {
    let checked = try CheckedVectors(queries, dimension: dimension, what: "query")
    (count, self.dimension, squaredLengths) = (checked.count, dimension, checked.squaredLengths)
    stride = VectorStore.stride(dimension)
    memory = try AlignedBuffer(count: count * stride * MemoryLayout<Float>.stride)
    for index in 0..<count {
      checked.copy(index, to: memory.pointer() + index * stride, stride: stride)
    }
  }

  package func row(_ index: Int) -> UnsafePointer<Float> { UnsafePointer(memory.pointer() + index &* stride) }
}
