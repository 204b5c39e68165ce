import Core
import Kernels

/// The vectors of an index in slots `0..<count`, each with its key and squared length. Removing a vector moves the last
/// one into its slot.
///
/// One thread at a time while changed, then any.
package final class VectorStore: @unchecked Sendable {
  /// Rows start this many floats apart or a multiple of it: a cache line, the widest register.
  package static let rowMultiple = 16
  package static let largestCount = Int(Int32.max) - 64

  package let dimension: Int
  /// Floats from one row to the next; those behind the last dimension are zero.
  package let stride: Int
  package private(set) var count: Int
  /// (count, stride) floats. To be read for slots that ``verify(_:)`` has seen.
  package let rows: Column<Float>
  /// The squared length of each row.
  package let squaredLengths: Column<Float>
  package let keys: Column<Int64>
  /// No row was ever longer.
  package private(set) var largestSquaredLength: Float = 0
  /// Made when it is first wanted.
  private let table = Lock<SlotTable?>(nil)

  package init(dimension: Int) throws(FacenetError) {
    self.dimension = dimension
    (stride, count) = (Self.stride(dimension), 0)
    (rows, squaredLengths, keys) = (try Column(), try Column(), try Column())
  }

  /// The vectors that a file holds. Keys and lengths are read, the vectors themselves are not.
  init(reading file: IndexFile, dimension: Int, count: Int) throws(FacenetError) {
    self.dimension = dimension
    (stride, self.count) = (Self.stride(dimension), count)
    rows = try Column("vectors", of: file, count: count * stride)
    squaredLengths = try Column("squared-lengths", of: file, count: count)
    keys = try Column("keys", of: file, count: count)
    try squaredLengths.verify(0..<count)
    try keys.verify(0..<count)
    for slot in 0..<count {
      let length = squaredLengths.elements[slot]
      guard CheckedVectors.squaredLengths.contains(length) else {
        throw FacenetError(.corrupt, "vector \(slot) has the squared length \(length)")
      }
      largestSquaredLength = max(largestSquaredLength, length)
    }
  }

  static func stride(_ dimension: Int) -> Int { (dimension + rowMultiple - 1) / rowMultiple * rowMultiple }

  package func row(_ slot: Int) -> UnsafePointer<Float> { rows.elements + slot &* stride }

  package func key(_ slot: Int) -> Int64 { keys.elements[slot] }

  /// Where a key's vector is; nil where it is not.
  package func slot(of key: Int64) -> Int? { withTable { $0.slot(of: key, keys.elements) } }

  /// The squared distance as results give it: of differences, not of a product, so that equal vectors are at 0.
  /// - Parameter query: `stride` floats, zeros behind the last dimension.
  package func squaredDistance(_ query: UnsafePointer<Float>, _ slot: Int) -> Float {
    Reduction.squaredDistance(query, row(slot), count: stride)
  }

  /// The squared distance, of a vector that was verified.
  /// - Throws: `corrupt` where the opened file is not what was saved, or holds what is no vector.
  func verifiedDistance(_ query: UnsafePointer<Float>, _ slot: Int) throws(FacenetError) -> Float {
    try verify(slot..<slot + 1)
    let distance = squaredDistance(query, slot)
    guard distance.isFinite else {
      throw FacenetError(.corrupt, "the saved vector \(slot) has the squared distance \(distance) from a query")
    }
    return distance
  }

  /// Makes sure that the vectors of these slots are what was saved.
  /// - Throws: `corrupt`, naming the file and the place.
  package func verify(_ slots: Range<Int>) throws(FacenetError) {
    try rows.verify(slots.lowerBound * stride..<slots.upperBound * stride)
  }

  package func sections() -> [IndexSection] {
    [
      IndexSection("vectors", rows.bytes), IndexSection("squared-lengths", squaredLengths.bytes),
      IndexSection("keys", keys.bytes),
    ]
  }

  private func withTable<Result>(_ body: (inout SlotTable) -> Result) -> Result {
    table.withLock { table in
      if table == nil { table = SlotTable(keys.elements, count: count) }
      return body(&table!)
    }
  }
}

extension VectorStore {
  /// Makes the memory the store's own, with room for `added` more vectors, so that what follows cannot fail.
  /// - Throws: `tooLarge`, or `corrupt` where the opened file is not what was saved.
  func reserve(adding added: Int) throws(FacenetError) {
    let total = count + added
    guard total <= Self.largestCount else {
      throw FacenetError(.tooLarge, "an index holds at most \(Self.largestCount) vectors, wanted \(total)")
    }
    if rows.isSaved { try check() }
    try rows.reserve(total * stride)
    try squaredLengths.reserve(total)
    try keys.reserve(total)
    withTable { $0.reserve(total, keys.elements) }
  }

  /// Whoever learns from vectors counts on what `CheckedVectors` lets in; a file may hold anything.
  /// - Throws: `corrupt`, naming the vector or the key.
  func check() throws(FacenetError) {
    try verify(0..<count)
    var seen = Set<Int64>(minimumCapacity: count)
    for slot in 0..<count {
      let (length, saved) = (Reduction.sumOfSquares(row(slot), count: stride), squaredLengths.elements[slot])
      guard abs(length - saved) <= 1e-3 * saved else {
        throw FacenetError(.corrupt, "the saved vector \(slot) has the squared length \(length), not \(saved)")
      }
      guard seen.insert(key(slot)).inserted else {
        throw FacenetError(.corrupt, "two vectors have the key \(key(slot))")
      }
    }
  }

  /// Writes some of the vectors behind the last slot, where ``commit(_:)`` makes them count.
  /// - Returns: the slots they will have.
  func stage(_ vectors: CheckedVectors, _ indices: [Int], keys newKeys: [Int64]) -> Range<Int> {
    for (position, index) in indices.enumerated() {
      write(vectors, index, to: count + position)
      keys.writable[count + position] = newKeys[index]
    }
    return count..<count + indices.count
  }

  func commit(_ staged: Range<Int>) {
    setCount(staged.upperBound)
    withTable { table in
      for slot in staged { table.insert(slot, keys.elements) }
    }
  }

  /// Puts another vector into a slot that has one.
  func replace(slot: Int, with vectors: CheckedVectors, _ index: Int) { write(vectors, index, to: slot) }

  /// Moves the last slot's vector into `slot`.
  func remove(slot: Int) {
    let last = count - 1
    withTable { table in
      table.remove(slot, keys.elements)
      if slot != last { table.move(last, to: slot, keys.elements) }
    }
    if slot != last {
      (rows.writable + slot * stride).update(from: row(last), count: stride)
      squaredLengths.writable[slot] = squaredLengths.elements[last]
      keys.writable[slot] = key(last)
    }
    setCount(last)
  }

  private func write(_ vectors: CheckedVectors, _ index: Int, to slot: Int) {
    vectors.copy(index, to: rows.writable + slot * stride, stride: stride)
    squaredLengths.writable[slot] = vectors.squaredLengths[index]
    largestSquaredLength = max(largestSquaredLength, vectors.squaredLengths[index])
  }

  private func setCount(_ count: Int) {
    self.count = count
    rows.setCount(count * stride)
    squaredLengths.setCount(count)
    keys.setCount(count)
  }
}
