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
  var blocks: [[Int32]]
  /// Where the slots' rows are; what only changes need.
  var placement: RowPlacement
  let codes: Column<UInt8>
  /// The squared length of each row as the codes say it; infinite where there is none.
  let offsets: Column<Float>
  /// The slot of each row, -1 where there is none.
  let slots: Column<Int32>
  /// The partition of each block, -1 for a free one.
  let owners: Column<Int32>

  static let rows = ByteTable.rowsPerBlock
  /// Places of rows are 32-bit numbers.
  static let mostBlocks = Int(Int32.max) / rows

  init(columns: Int, scale: PivotScale, partitions: Int) throws(FacenetError) {
    (self.columns, self.scale) = (columns, scale)
    blocks = [[Int32]](repeating: [], count: partitions)
    placement = try RowPlacement(partitions: partitions)
    (codes, offsets, slots, owners) = (try Column(), try Column(), try Column(), try Column())
  }

  /// The table that a file holds, of which no more is read than which block belongs to which partition.
  init(reading file: IndexFile, columns: Int, scale: PivotScale, partitions: Int) throws(FacenetError) {
    (self.columns, self.scale) = (columns, scale)
    let blocks = try file.section("mlann-owners").count / MemoryLayout<Int32>.stride
    guard blocks <= Self.mostBlocks else {
      throw FacenetError(.corrupt, "the section 'mlann-owners' has \(blocks) blocks, at most \(Self.mostBlocks) can be")
    }
    placement = try RowPlacement(partitions: partitions)
    placement.isKnown = false
    codes = try Column("mlann-codes", of: file, count: ByteTable.byteCount(rows: blocks * Self.rows, columns: columns))
    offsets = try Column("mlann-offsets", of: file, count: blocks * Self.rows)
    slots = try Column("mlann-slots", of: file, count: blocks * Self.rows)
    owners = try Column("mlann-owners", of: file, count: blocks)
    self.blocks = [[Int32]](repeating: [], count: partitions)
    try owners.verify(0..<blocks)
    for block in 0..<blocks {
      let owner = Int(owners.elements[block])
      guard owner >= -1, owner < partitions else {
        throw FacenetError(.corrupt, "the section 'mlann-owners' gives a block to partition \(owner) of \(partitions)")
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

  /// Rows of a run of blocks that was scanned: of each block those that are there come first.
  func size(of run: Range<Int>) -> Int {
    run.reduce(0) { size, block in
      let own = UnsafeBufferPointer(start: offsets.elements + block * Self.rows, count: Self.rows)
      return size + (own[Self.rows - 1] < .infinity ? Self.rows : own.count { $0 < .infinity })
    }
  }

  private func verify(_ run: Range<Int>) throws(FacenetError) {
    let bytes = ByteTable.byteCount(rows: Self.rows, columns: columns)
    try codes.verify(run.lowerBound * bytes..<run.upperBound * bytes)
    try offsets.verify(run.lowerBound * Self.rows..<run.upperBound * Self.rows)
  }
}
