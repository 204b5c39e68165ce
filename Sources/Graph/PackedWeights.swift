import Core

/// Weights in the form the kernels want, one entry a node and variant, shared by all plans and sessions of a model.
/// Any thread; what is missing is built under the lock, so no two threads build the same.
final class PackedWeights: Sendable {
  private struct Key: Hashable, @unchecked Sendable {
    let node: Int
    let variant: AnyHashable
  }

  private let entries = Lock<[Key: any AnyObject & Sendable]>([:])

  func value<Packed: AnyObject & Sendable>(node: Int, variant: AnyHashable, _ make: () throws(FacenetError) -> Packed)
    throws(FacenetError) -> Packed
  {
    let key = Key(node: node, variant: variant)
    return try entries.withLock { entries throws(FacenetError) -> Packed in
      if let known = entries[key] as? Packed { return known }
      let made = try make()
      entries[key] = made
      return made
    }
  }
}
