/// The slots that a search may find. Immutable: any thread.
package struct SlotSet: Sendable {
  /// In ascending order.
  package let slots: [Int32]
  private let bits: [UInt64]

  /// The slots of those keys that the store has.
  init(_ keys: Set<Int64>, in store: VectorStore) {
    var bits = [UInt64](repeating: 0, count: (store.count + 63) / 64)
    var slots: [Int32] = []
    for key in keys {
      guard let slot = store.slot(of: key) else { continue }
      slots.append(Int32(slot))
      bits[slot / 64] |= 1 << UInt64(slot % 64)
    }
    slots.sort()
    self.slots = slots
    self.bits = bits
  }

  package var count: Int { slots.count }

  /// - Parameter slot: any number: a file may name slots that are none.
  package func contains(_ slot: Int) -> Bool {
    bits.indices.contains(slot >> 6) && bits[slot >> 6] >> UInt64(slot & 63) & 1 != 0
  }
}
