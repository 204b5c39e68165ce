import Core
import Glibc
import Kernels

/// The vectors of an index in slots `0..<count`, each with its key, squared length, and zeros up to a multiple of 16
/// floats. Removing a vector moves the last one into its slot.
///
/// One thread at a time while changed, then any.
package final class VectorStore: @unchecked Sendable {
  /// Vectors are stored with this many floats' multiple from row to row: a cache line, the widest register.
  package static let rowMultiple = 16
  package static let largestCount = Int(Int32.max)

  package let dimension: Int
  /// Floats from one row to the next.
  package let stride: Int
  package private(set) var count: Int
  /// (count, stride) floats. To be read for slots that ``verify(_:)`` has seen.
  package let rows: Column<Float>
  /// The squared length of each row.
  package let squaredLengths: Column<Float>
  package let keys: Column<Int64>
  private var slots: [Int64: Int32]

  package init(dimension: Int) throws(FacenetError) {
    self.dimension = dimension
    stride = Self.stride(dimension)
    count = 0
    rows = try Column()
    squaredLengths = try Column()
    keys = try Column()
    slots = [:]
  }

  /// The vectors that a file holds, the keys verified.
  init(reading file: IndexFile, dimension: Int, count: Int) throws(FacenetError) {
    self.dimension = dimension
    self.count = count
    stride = Self.stride(dimension)
    rows = try Column(try file.section("vectors", count: count * stride * 4))
    squaredLengths = try Column(try file.section("squared-lengths", count: count * 4))
    keys = try Column(try file.section("keys", count: count * 8))
    slots = [:]
    for slot in 0..<count { slots[keys.elements[slot]] = Int32(slot) }
    guard slots.count == count else { throw FacenetError(.corrupt, "a key is there twice") }
  }

  static func stride(_ dimension: Int) -> Int { (dimension + rowMultiple - 1) / rowMultiple * rowMultiple }

  package func row(_ slot: Int) -> UnsafePointer<Float> { rows.elements + slot &* stride }

  package func key(_ slot: Int) -> Int64 { keys.elements[slot] }

  /// Where a key's vector is; nil where it is not.
  package func slot(of key: Int64) -> Int? { slots[key].map(Int.init) }

  /// The squared distance as results give it: of differences, not of a product, so that equal vectors are at 0.
  /// - Parameter query: `stride` floats, zeros behind the last dimension.
  package func squaredDistance(_ query: UnsafePointer<Float>, _ slot: Int) -> Float {
    Reduction.squaredDistance(query, row(slot), count: stride)
  }

  /// Makes sure that the vectors, lengths and keys of these slots are what was saved.
  /// - Throws: `corrupt`, naming the file and the place.
  package func verify(_ slots: Range<Int>) throws(FacenetError) {
    try rows.verify(slots.lowerBound * stride..<slots.upperBound * stride)
    try squaredLengths.verify(slots)
    try keys.verify(slots)
  }
}

extension VectorStore {
  /// Writes vectors behind the last slot, where ``commit(_:)`` makes them count.
  /// - Returns: the slots they will have.
  /// - Throws: `tooLarge`; then nothing has changed.
  func stage(_ vectors: PackedVectors, keys newKeys: [Int64]) throws(FacenetError) -> Range<Int> {
    let total = count + vectors.count
    guard total <= Self.largestCount else {
      throw FacenetError(.tooLarge, "an index holds at most \(Self.largestCount) vectors, wanted \(total)")
    }
    try rows.reserve(total * stride)
    try squaredLengths.reserve(total)
    try keys.reserve(total)
    for i in 0..<vectors.count { write(vectors, i, to: count + i) }
    for (i, key) in newKeys.enumerated() { keys.writable[count + i] = key }
    return count..<total
  }

  func commit(_ staged: Range<Int>) {
    for slot in staged { slots[keys.writable[slot]] = Int32(slot) }
    setCount(staged.upperBound)
  }

  /// Makes the memory the store's own, so that what follows cannot fail.
  func makeWritable() throws(FacenetError) {}

  /// Puts another vector into a slot that has one.
  func replace(slot: Int, with vectors: PackedVectors, _ index: Int) {
    write(vectors, index, to: slot)
  }

  /// Moves the last slot's vector into `slot`.
  func remove(slot: Int) {
    let last = count - 1
    slots[key(slot)] = nil
    if slot != last {
      (rows.writable + slot * stride).update(from: row(last), count: stride)
      squaredLengths.writable[slot] = squaredLengths.elements[last]
      keys.writable[slot] = key(last)
      slots[key(slot)] = Int32(slot)
    }
    setCount(last)
  }

  private func write(_ vectors: PackedVectors, _ index: Int, to slot: Int) {
    (rows.writable + slot * stride).update(from: vectors.row(index), count: stride)
    squaredLengths.writable[slot] = vectors.squaredLengths[index]
  }

  private func setCount(_ count: Int) {
    self.count = count
    rows.setCount(count * stride)
    squaredLengths.setCount(count)
    keys.setCount(count)
  }
}

extension VectorStore {
  package func sections() -> [IndexSection] {
    [
      IndexSection("vectors", rows.bytes), IndexSection("squared-lengths", squaredLengths.bytes),
      IndexSection("keys", keys.bytes),
    ]
  }
}
