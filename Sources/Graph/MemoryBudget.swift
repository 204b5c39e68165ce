import Core

/// Bytes that values computed before a run may take together. What a model asks for is refused before it is allocated.
struct MemoryBudget {
  let limit: Int
  private(set) var taken = 0

  init(limit: Int) { self.limit = max(0, limit) }

  /// - Throws: `tooLarge` when the values of these types do not fit into what is left.
  mutating func take(_ types: [TensorType]) throws(FacenetError) {
    for type in types {
      let bytes = type.byteCount
      guard bytes <= limit - taken else {
        throw FacenetError(
          .tooLarge, "its output \(type) takes \(bytes) bytes, \(taken) of the limit of \(limit) are taken already")
      }
      taken += bytes
    }
  }
}
