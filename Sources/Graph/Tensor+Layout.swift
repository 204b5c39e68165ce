import Core

extension Tensor {
  /// The same values with the axes in another order in memory. Its type stays: only who asked knows how it lies.
  func reordered(from: Layout, to: Layout) throws(FacenetError) -> Tensor {
    guard from != to, count > 0 else { return self }
    let copy = StridedCopy(shape: shape, from: from.strides(of: shape), to: to.strides(of: shape))
    return try Tensor(type) { memory in
      copy.run(
        bytes.baseAddress!.assumingMemoryBound(to: UInt8.self),
        memory.baseAddress!.assumingMemoryBound(to: UInt8.self), elementSize: type.element.size)
    }
  }
}
