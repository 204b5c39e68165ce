import Core

/// The numbers by which a source of candidates knows the vectors in slots. One thread at a time while changed, then any.
struct CandidateNumbers {
  private static let none: Int32 = -1

  /// The number of each slot's vector.
  let ofSlots: Column<Int32>
  /// The slot of each number; -1 where it has none.
  private var slots: [Int32]
  /// Numbers that may be given anew, the next one last.
  private var free: [Int32]

  init() throws(FacenetError) {
    ofSlots = try Column()
    (slots, free) = ([], [])
  }

  /// - Throws: `corrupt` where a number is given twice or is too large for as many as there are.
  init(reading file: IndexFile, count: Int) throws(FacenetError) {
    ofSlots = try Column("candidate-numbers", of: file, count: count)
    try ofSlots.verify(0..<count)
    let numbers = UnsafeBufferPointer(start: ofSlots.elements, count: count)
    let most = numbers.max() ?? Self.none
    guard (numbers.min() ?? 0) >= 0, Int(most) <= 4 * count + 64 else {
      throw FacenetError(.corrupt, "the section 'candidate-numbers' holds numbers that are out of range")
    }
    var slots = [Int32](repeating: Self.none, count: Int(most) + 1)
    for (slot, number) in numbers.enumerated() {
      guard slots[Int(number)] == Self.none else {
        throw FacenetError(.corrupt, "two vectors have the number \(number) in the section 'candidate-numbers'")
      }
      slots[Int(number)] = Int32(slot)
    }
    free = slots.indices.reversed().filter { slots[$0] == Self.none }.map(Int32.init)
    self.slots = slots
  }

  /// Numbers that were ever given.
  var total: Int { slots.count }

  /// The slot of a number, -1 where it has none; nil for a number that was never given.
  func slot(of number: Int64) -> Int32? { number >= 0 && number < slots.count ? slots[Int(number)] : nil }

  /// So many numbers that no vector has: free ones first.
  mutating func take(_ count: Int) -> [Int64] {
    let reused = free.suffix(count).reversed().map(Int64.init)
    free.removeLast(reused.count)
    let first = Int64(slots.count)
    slots += repeatElement(Self.none, count: count - reused.count)
    return reused + (first..<Int64(slots.count))
  }

  /// Makes it as if numbers that were just taken had not been.
  mutating func putBack(_ numbers: [Int64]) {
    var kept = numbers[...]
    while let last = kept.last, Int(last) == slots.count - 1 {
      slots.removeLast()
      kept.removeLast()
    }
    release(Array(kept))
  }

  /// Says that numbers may be given anew.
  mutating func release(_ numbers: [Int64]) { free += numbers.reversed().map(Int32.init) }

  /// The vector of a slot, within what was reserved, has this number.
  mutating func assign(_ number: Int64, to slot: Int) {
    ofSlots.writable[slot] = Int32(number)
    slots[Int(number)] = Int32(slot)
  }

  /// The number of a slot has none any more.
  mutating func clear(_ slot: Int) -> Int64 {
    let number = ofSlots.elements[slot]
    slots[Int(number)] = Self.none
    return Int64(number)
  }
}
