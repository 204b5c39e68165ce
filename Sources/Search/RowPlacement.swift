import Core

/// Where a table of pivots has the rows of its slots, which follows from the table: an opened one is asked for it before its
/// first change. One thread at a time.
struct RowPlacement {
  /// Whether it was asked for.
  var isKnown = true
  /// Rows of each partition.
  var sizes: [Int]
  /// The place of each slot's row.
  let places: Column<Int32>
  /// Blocks that belong to no partition.
  var free: [Int32] = []

  /// That of an empty table.
  init(partitions: Int) throws(FacenetError) {
    sizes = [Int](repeating: 0, count: partitions)
    places = try Column()
  }
}
