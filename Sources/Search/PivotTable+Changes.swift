import Core
import Kernels

extension PivotTable {
  /// Makes room for `count` rows in all, so that no change fails before there are more.
  /// - Throws: `tooLarge`, or `corrupt` where the opened file is not what was saved.
  func reserve(_ count: Int) throws(FacenetError) {
    // Each partition may have a block that is not full.
    let most = count / Self.rows + blocks.count
    guard most <= Self.mostBlocks else {
      throw FacenetError(
        .tooLarge, "a table of pivots has at most \(Self.mostBlocks) blocks, \(count) vectors may need \(most)")
    }
    try codes.reserve(ByteTable.byteCount(rows: most * Self.rows, columns: columns))
    try offsets.reserve(most * Self.rows)
    try slots.reserve(most * Self.rows)
    try owners.reserve(most)
    if !placement.isKnown { (placement, blocks) = try readPlacement(count) }
    try placement.places.reserve(count)
    placement.places.setCount(count)
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
      placement.places.writable[Int(slot)] = Int32(place)
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
    let size = placement.sizes[partition]
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
    placement.sizes[partition] += 1
  }

  /// Takes a slot's row away.
  func remove(_ slot: Int) {
    let place = Int(placement.places.elements[slot])
    let partition = Int(owners.elements[place / Self.rows])
    placement.sizes[partition] -= 1
    let left = placement.sizes[partition] % Self.rows
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
      placement.free.append(block)
    }
  }

  /// The row of the slot `from` is that of the slot `to` from now on.
  func rename(_ from: Int, to: Int) { put(to, at: Int(placement.places.elements[from])) }

  private func put(_ slot: Int, at place: Int) {
    slots.writable[place] = Int32(slot)
    placement.places.writable[slot] = Int32(place)
  }

  private func clear(_ place: Int) {
    slots.writable[place] = -1
    offsets.writable[place] = .infinity
  }

  private func addBlock(to partition: Int) {
    let block = placement.free.popLast() ?? Int32(blockCount)
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
}
