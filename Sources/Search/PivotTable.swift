import Core
import Kernels

/// Projected vectors as bytes in blocks of 64, each block of one partition; all blocks of a partition but its last are
/// full. Removing a vector moves the partition's last into its place.
///
/// One thread at a time while changed, then any.
final class PivotTable: @unchecked Sendable {
  /// Bytes of a row.
  let columns: Int
  let scale: PivotScale
  /// The blocks of each partition; the one that may not be full is the last.
  private(set) var blocks: [[Int32]]
  private let codes: Column<UInt8>
  /// The squared length of each row as the codes say it; infinite where there is none.
  private let offsets: Column<Float>
  /// The slot of each row, -1 where there is none.
  private let slots: Column<Int32>
  /// The partition of each block, -1 for a free one.
  private let owners: Column<Int32>
  private var filling: Filling?

  /// What only changes need: made when the table is first to be changed.
  private struct Filling {
    /// Rows in each partition.
    var sizes: [Int]
    /// Where each slot's row is.
    var places: Column<Int32>
    var free: [Int32] = []
  }

  private static let rows = ByteTable.rowsPerBlock

  init(columns: Int, scale: PivotScale, partitions: Int) throws(FacenetError) {
    (self.columns, self.scale) = (columns, scale)
    blocks = [[Int32]](repeating: [], count: partitions)
    (codes, offsets, slots, owners) = (try Column(), try Column(), try Column(), try Column())
    filling = Filling(sizes: [Int](repeating: 0, count: partitions), places: try Column())
  }

  /// The table that a file holds, of which no more is read than which block belongs to which partition.
  init(reading file: IndexFile, columns: Int, scale: PivotScale, partitions: Int) throws(FacenetError) {
    (self.columns, self.scale) = (columns, scale)
    let blocks = try file.section("mlann-owners").count / MemoryLayout<Int32>.stride
    codes = try Column("mlann-codes", of: file, count: ByteTable.byteCount(rows: blocks * Self.rows, columns: columns))
    offsets = try Column("mlann-offsets", of: file, count: blocks * Self.rows)
    slots = try Column("mlann-slots", of: file, count: blocks * Self.rows)
    owners = try Column("mlann-owners", of: file, count: blocks)
    self.blocks = [[Int32]](repeating: [], count: partitions)
    try owners.verify(0..<blocks)
    for block in 0..<blocks {
      let owner = Int(owners.elements[block])
      guard owner >= -1, owner < partitions else {
        throw FacenetError(.corrupt, "a block belongs to partition \(owner) of \(partitions)")
      }
      if owner >= 0 { self.blocks[owner].append(Int32(block)) }
    }
  }

  var blockCount: Int { owners.count }

  func sections() -> [IndexSection] {
    [
      IndexSection("mlann-codes", codes.bytes), IndexSection("mlann-offsets", offsets.bytes),
      IndexSection("mlann-slots", slots.bytes), IndexSection("mlann-owners", owners.bytes),
    ]
  }

  /// The slot whose row is at a place; what is none is negative or too large.
  /// - Throws: `corrupt` where the opened file is not what was saved.
  func slot(at place: Int) throws(FacenetError) -> Int32 {
    try slots.verify(place..<place + 1)
    return slots.elements[place]
  }

  /// The scores of a run of blocks' rows for a query as ``PivotScale/query(_:count:into:)`` makes it: squared distances
  /// less a constant of the query.
  func scan(
    _ run: Range<Int>, query: UnsafePointer<Int16>, factor: Float, scores: UnsafeMutablePointer<Float>
  ) throws(FacenetError) {
    try verify(run)
    ByteTable.scan(
      codes.elements, blocks: run, columns: columns, query: query,
      offsets: offsets.elements + run.lowerBound * Self.rows, scale: factor, scores: scores)
  }

  /// The sums over the pivots of what `terms`, (256, columns), says of each row's codes.
  func scan(_ run: Range<Int>, terms: UnsafePointer<Float>, scores: UnsafeMutablePointer<Float>) throws(FacenetError) {
    try verify(run)
    let first = run.lowerBound * Self.rows
    for row in first..<run.upperBound * Self.rows {
      var sum: Float = offsets.elements[row] == .infinity ? .infinity : 0
      for k in 0..<columns {
        sum += terms[256 * k + Int(codes.elements[ByteTable.place(row: row, column: k, columns: columns)])]
      }
      scores[row - first] = sum
    }
  }

  private func verify(_ run: Range<Int>) throws(FacenetError) {
    let bytes = ByteTable.byteCount(rows: Self.rows, columns: columns)
    try codes.verify(run.lowerBound * bytes..<run.upperBound * bytes)
    try offsets.verify(run.lowerBound * Self.rows..<run.upperBound * Self.rows)
  }
}

extension PivotTable {
  /// Makes room for `count` rows in all, so that no change fails before there are more.
  /// - Throws: `tooLarge`, or `corrupt` where the opened file is not what was saved.
  func reserve(_ count: Int) throws(FacenetError) {
    // Each partition may have a block that is not full.
    let most = count / Self.rows + blocks.count
    try codes.reserve(ByteTable.byteCount(rows: most * Self.rows, columns: columns))
    try offsets.reserve(most * Self.rows)
    try slots.reserve(most * Self.rows)
    try owners.reserve(most)
    if filling == nil { filling = try readFilling(count) }
    try filling!.places.reserve(count)
    filling!.places.setCount(count)
  }

  /// Puts the blocks of each partition one behind the other, where no block is free: what is scanned together is then read
  /// in one go.
  /// - Throws: `tooLarge`; then nothing has changed.
  func gather() throws(FacenetError) {
    let order = blocks.flatMap { $0 }
    let codeBytes = ByteTable.byteCount(rows: Self.rows, columns: columns)
    let copy = try AlignedBuffer(count: order.count * codeBytes)
    let permute = { (elements: UnsafeMutableRawPointer, bytes: Int) in
      for (to, from) in order.enumerated() {
        (copy.bytes.baseAddress! + to * bytes).copyMemory(from: elements + Int(from) * bytes, byteCount: bytes)
      }
      elements.copyMemory(from: copy.bytes.baseAddress!, byteCount: order.count * bytes)
    }
    permute(codes.writable, codeBytes)
    permute(offsets.writable, Self.rows * MemoryLayout<Float>.stride)
    permute(slots.writable, Self.rows * MemoryLayout<Int32>.stride)
    permute(owners.writable, MemoryLayout<Int32>.stride)
    for (place, slot) in UnsafeBufferPointer(start: slots.elements, count: slots.count).enumerated() where slot >= 0 {
      filling!.places.writable[Int(slot)] = Int32(place)
    }
    var next: Int32 = 0
    for partition in blocks.indices {
      for i in blocks[partition].indices {
        blocks[partition][i] = next
        next += 1
      }
    }
  }

  /// Adds a slot's row behind the partition's last.
  /// - Parameter point: `columns` numbers.
  func insert(_ slot: Int, _ point: UnsafePointer<Float>, partition: Int) {
    let size = filling!.sizes[partition]
    if size % Self.rows == 0 { addBlock(to: partition) }
    let place = Int(blocks[partition].last!) * Self.rows + size % Self.rows
    var squaredLength: Float = 0
    for k in 0..<columns {
      let code = scale.code(point[k])
      codes.writable[ByteTable.place(row: place, column: k, columns: columns)] = code
      squaredLength += scale.value(code) * scale.value(code)
    }
    offsets.writable[place] = squaredLength
    put(slot, at: place)
    filling!.sizes[partition] += 1
  }

  /// Takes a slot's row away.
  func remove(_ slot: Int) {
    let place = Int(filling!.places.elements[slot])
    let partition = Int(owners.elements[place / Self.rows])
    filling!.sizes[partition] -= 1
    let left = filling!.sizes[partition] % Self.rows
    let last = Int(blocks[partition].last!) * Self.rows + left
    if place != last {
      for k in 0..<columns {
        codes.writable[ByteTable.place(row: place, column: k, columns: columns)] =
          codes.elements[ByteTable.place(row: last, column: k, columns: columns)]
      }
      offsets.writable[place] = offsets.elements[last]
      put(Int(slots.elements[last]), at: place)
    }
    // A file shall not tell of what was removed.
    for k in 0..<columns { codes.writable[ByteTable.place(row: last, column: k, columns: columns)] = 0 }
    clear(last)
    if left == 0 {
      let block = blocks[partition].removeLast()
      owners.writable[Int(block)] = -1
      filling!.free.append(block)
    }
  }

  /// The row of the slot `from` is that of the slot `to` from now on.
  func rename(_ from: Int, to: Int) { put(to, at: Int(filling!.places.elements[from])) }

  private func put(_ slot: Int, at place: Int) {
    slots.writable[place] = Int32(slot)
    filling!.places.writable[slot] = Int32(place)
  }

  private func clear(_ place: Int) {
    slots.writable[place] = -1
    offsets.writable[place] = .infinity
  }

  private func addBlock(to partition: Int) {
    let block = filling!.free.popLast() ?? Int32(blockCount)
    if Int(block) == blockCount {
      owners.setCount(blockCount + 1)
      slots.setCount(blockCount * Self.rows)
      offsets.setCount(blockCount * Self.rows)
      codes.setCount(ByteTable.byteCount(rows: blockCount * Self.rows, columns: columns))
    }
    for row in 0..<Self.rows { clear(Int(block) * Self.rows + row) }
    owners.writable[Int(block)] = Int32(partition)
    blocks[partition].append(block)
  }

  /// What an opened table does not say: from its slots, which must be `0..<count`, each once.
  private func readFilling(_ count: Int) throws(FacenetError) -> Filling {
    var filling = Filling(sizes: [Int](repeating: 0, count: blocks.count), places: try Column())
    try filling.places.reserve(count)
    for slot in 0..<count { filling.places.writable[slot] = -1 }
    var found = 0
    for (partition, own) in blocks.enumerated() {
      let sizes = own.map { block in (0..<Self.rows).prefix { slots.elements[Int(block) * Self.rows + $0] >= 0 }.count }
      filling.sizes[partition] = sizes.reduce(0, +)
      let order = own.indices.sorted { sizes[$0] > sizes[$1] }
      blocks[partition] = order.map { own[$0] }
      guard sizes.allSatisfy({ $0 > 0 }), order.dropLast().allSatisfy({ sizes[$0] == Self.rows }) else {
        throw FacenetError(.corrupt, "partition \(partition) has gaps")
      }
      for (block, size) in zip(own, sizes) {
        for place in Int(block) * Self.rows..<Int(block) * Self.rows + size {
          let slot = Int(slots.elements[place])
          guard slot < count, filling.places.elements[slot] < 0 else {
            throw FacenetError(.corrupt, "slot \(slot) of \(count) is there twice")
          }
          filling.places.writable[slot] = Int32(place)
          found += 1
        }
      }
    }
    guard found == count else { throw FacenetError(.corrupt, "\(found) rows for \(count) vectors") }
    filling.free = (0..<Int32(blockCount)).filter { owners.elements[Int($0)] < 0 }
    return filling
  }
}
