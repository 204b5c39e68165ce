import Core

/// Weights in the form the kernels want, shared by all plans and sessions of a model: for each node the variants used
/// last. Any thread; what is missing is built under the lock, so no two threads build the same.
///
/// The sizes of inputs decide how a convolution is computed and how far it is padded, so a node may have a variant for
/// each; one that is dropped here lives as long as the plans that run it.
final class PackedWeights: Sendable {
  /// As many as a session keeps plans.
  static let keptVariants = Session.keptPlans

  private struct Entry: @unchecked Sendable {
    let variant: AnyHashable
    let packed: any AnyObject & Sendable
  }

  /// By node, those used last at the end.
  private let entries = Lock<[Int: [Entry]]>([:])

  func value<Packed: AnyObject & Sendable>(node: Int, variant: AnyHashable, _ make: () throws(FacenetError) -> Packed)
    throws(FacenetError) -> Packed
  {
    try entries.withLock { entries throws(FacenetError) -> Packed in
      var kept = entries[node] ?? []
      let known = kept.firstIndex { $0.variant == variant }.map { kept.remove(at: $0) }
      let packed = if let known = known?.packed as? Packed { known } else { try make() }
      kept.append(Entry(variant: variant, packed: packed))
      entries[node] = kept.suffix(Self.keptVariants)
      return packed
    }
  }
}
