import Core

extension PivotTable {
  /// Where the rows of slots are, which must be `0..<count`, each once, and the blocks of each partition in an order that ends
  /// with the one that may not be full.
  /// - Throws: `corrupt`, naming the section; `tooLarge`.
  func readPlacement(_ count: Int) throws(FacenetError) -> (placement: RowPlacement, blocks: [[Int32]]) {
    var placement = try RowPlacement(partitions: blocks.count)
    try placement.places.reserve(count)
    placement.places.writable.update(repeating: -1, count: count)
    var ordered = blocks
    for (partition, own) in blocks.enumerated() {
      let sizes = try own.map { block throws(FacenetError) in try size(of: block) }
      let order = own.indices.sorted { sizes[$0] > sizes[$1] }
      guard sizes.allSatisfy({ $0 > 0 }), order.dropLast().allSatisfy({ sizes[$0] == Self.rows }) else {
        throw FacenetError(.corrupt, "the section 'mlann-slots' leaves gaps in partition \(partition)")
      }
      ordered[partition] = order.map { own[$0] }
      placement.sizes[partition] = sizes.reduce(0, +)
      for (block, size) in zip(own, sizes) { try place(block, size, of: count, placement.places.writable) }
    }
    let found = placement.sizes.reduce(0, +)
    guard found == count else {
      throw FacenetError(.corrupt, "the section 'mlann-slots' has \(found) rows for \(count) vectors")
    }
    placement.free = (0..<Int32(blockCount)).filter { owners.elements[Int($0)] < 0 }
    return (placement, ordered)
  }

  /// Rows of a block that are taken: its first.
  private func size(of block: Int32) throws(FacenetError) -> Int {
    let own = UnsafeBufferPointer(start: slots.elements + Int(block) * Self.rows, count: Self.rows)
    let size = own.prefix { $0 >= 0 }.count
    guard own.dropFirst(size).allSatisfy({ $0 < 0 }) else {
      throw FacenetError(.corrupt, "the section 'mlann-slots' leaves gaps in block \(block)")
    }
    return size
  }

  private func place(_ block: Int32, _ size: Int, of count: Int, _ places: UnsafeMutablePointer<Int32>)
    throws(FacenetError)
  {
    for place in Int(block) * Self.rows..<Int(block) * Self.rows + size {
      let slot = Int(slots.elements[place])
      guard slot < count, places[slot] < 0 else {
        throw FacenetError(.corrupt, "the section 'mlann-slots' names slot \(slot) of \(count) wrongly or twice")
      }
      places[slot] = Int32(place)
    }
  }

  /// Looks whether an opened table has a row for each of `count` slots that a search can find.
  /// - Throws: `corrupt`, naming the section.
  func check(_ count: Int) throws(FacenetError) {
    _ = try readPlacement(count)
    for place in 0..<slots.count where slots.elements[place] >= 0 && !offsets.elements[place].isFinite {
      throw FacenetError(
        .corrupt, "the section 'mlann-offsets' holds \(offsets.elements[place]) for slot \(slots.elements[place])")
    }
  }
}
