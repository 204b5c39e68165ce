import Core
import Synchronization

/// Weights in the form the kernels want, one entry a node, shared by all plans and sessions of a model.
/// Any thread; what is missing is built under the lock, so no two threads build the same.
final class PackedWeights: Sendable {
  private let entries = Mutex<[Int: any AnyObject & Sendable]>([:])

  func value<Packed: AnyObject & Sendable>(node: Int, _ make: () throws(FacenetError) -> Packed)
    throws(FacenetError) -> Packed
  {
    try entries.withLock { entries throws(FacenetError) -> Packed in
      if let known = entries[node] as? Packed { return known }
      let made = try make()
      entries[node] = made
      return made
    }
  }
}
