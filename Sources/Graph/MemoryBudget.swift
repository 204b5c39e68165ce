import Core

/// Bytes that values computed before a run may take together. What a model asks for is refused before it is allocated.
struct MemoryBudget {
  let limit: Int
  private(set) var taken = 0

  init(limit: Int) { self.limit = max(0, limit) }

  /// - Throws: `tooLarge` when the values of these types do not fit into what is left.
  func check(_ types: [TensorType]) throws(FacenetError) {
    var left = limit - taken
    for type in types {
      left -= type.byteCount
      guard left >= 0 else {
        throw FacenetError(
          .tooLarge,
          "its output \(type) takes \(type.byteCount) bytes, \(taken) of the limit of \(limit) are taken already")
      }
    }
  }

  /// Takes the bytes of the values of these types from what is left.
  mutating func take(_ types: [TensorType]) throws(FacenetError) {
    try check(types)
    for type in types { taken += type.byteCount }
  }
}
