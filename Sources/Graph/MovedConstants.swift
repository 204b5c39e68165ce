import Core

/// Constants of a plan in another order of axes, one copy for all that read it. One thread at a time.
final class MovedConstants {
  /// A constant is known by its memory, which the plan keeps.
  private struct Key: Hashable {
    let start: UnsafeRawPointer?
    let type: TensorType
  }

  private var copies: [Key: Tensor] = [:]

  /// - Throws: `tooLarge` when a new copy does not fit into `budget`.
  func channelsLast(_ constant: Tensor, budget: MemoryBudget) throws(FacenetError) -> Tensor {
    let key = Key(start: constant.bytes.baseAddress, type: constant.type)
    if let known = copies[key] { return known }
    try budget.take(constant.type.byteCount, for: "a copy of \(constant.type), channels last,")
    let copy = try constant.reordered(from: .plain, to: .channelsLast)
    copies[key] = copy
    return copy
  }
}
