import Core

/// Bytes that may be taken together: by values computed before a run, by packed weights. What a model asks for is refused
/// before it is allocated. One thread at a time.
final class MemoryBudget {
  let limit: Int
  private(set) var taken: Int

  init(limit: Int, taken: Int = 0) {
    self.limit = max(0, limit)
    self.taken = taken
  }

  var left: Int { limit - taken }

  /// The same for memory that is given back before anything else is taken.
  func copy() -> MemoryBudget { MemoryBudget(limit: limit, taken: taken) }

  /// - Throws: `tooLarge` when the values of these types do not fit into what is left.
  func check(_ types: [TensorType]) throws(FacenetError) {
    let trial = copy()
    for type in types { try trial.take(type.byteCount, for: "its output \(type)") }
  }

  /// Takes the bytes of the values of these types from what is left.
  func take(_ types: [TensorType]) throws(FacenetError) {
    try check(types)
    for type in types { taken += type.byteCount }
  }

  /// Takes `count` bytes from what is left, where `beside` more would fit for a while.
  /// - Throws: `tooLarge` when they do not fit.
  func take(_ count: Int, beside: Int = 0, for what: @autoclosure () -> String) throws(FacenetError) {
    guard count + beside <= left else {
      throw FacenetError(
        .tooLarge, "\(what()) takes \(count + beside) bytes, \(taken) of the limit of \(limit) are taken already")
    }
    taken += count
  }
}
