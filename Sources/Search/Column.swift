import Core

/// Elements of one kind, so many a slot: in growing memory of its own, or in an index file until it is changed.
///
/// One thread at a time while changed, then any.
package final class Column<Element: BitwiseCopyable>: @unchecked Sendable {
  // Who may touch it when is said above; looking at it costs nothing then.
  /// Elements in use.
  @exclusivity(unchecked) package private(set) var count: Int
  /// The first element, 64-byte aligned. Where they come from a file, to be read only after ``verify(_:)``.
  @exclusivity(unchecked) package private(set) var elements: UnsafePointer<Element>
  private var memory: AlignedBuffer?
  @exclusivity(unchecked) private var section: SavedSection?
  private var capacity: Int

  package init() throws(FacenetError) {
    let memory = try AlignedBuffer(count: 0)
    self.memory = memory
    elements = UnsafePointer(memory.pointer())
    (count, capacity) = (0, 0)
  }

  /// Elements that stay where they are in a file.
  /// - Parameter count: elements that the section must have.
  package init(_ name: String, of file: IndexFile, count: Int) throws(FacenetError) {
    let section = try file.section(name, count: count * MemoryLayout<Element>.stride)
    self.section = section
    elements = section.bytes.baseAddress!.assumingMemoryBound(to: Element.self)
    (self.count, capacity) = (count, 0)
  }

  /// The first element, to be written, and those behind the last for which there is room: after ``reserve(_:)`` alone.
  package var writable: UnsafeMutablePointer<Element> { memory!.pointer() }

  /// Whether the elements are still those of a file.
  var isSaved: Bool { section != nil }

  package var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: elements, count: count * MemoryLayout<Element>.stride)
  }

  /// Makes the memory the column's own, with room for `wanted` elements in all; what is behind the last was never
  /// written or is what it was.
  /// - Throws: `tooLarge` where there is no memory, `corrupt` where the file is not what was saved.
  package func reserve(_ wanted: Int) throws(FacenetError) {
    let size = MemoryLayout<Element>.stride
    if let section {
      try verify(0..<count)
      let own = try AlignedBuffer(count: max(wanted, count) * size)
      own.preferLargePages()
      own.bytes.copyMemory(from: section.bytes)
      (memory, self.section, capacity) = (own, nil, max(wanted, count))
    } else if wanted > capacity {
      let larger = max(wanted, capacity + capacity / 2)
      try memory!.grow(to: larger * size)
      memory!.preferLargePages()
      capacity = larger
    }
    elements = UnsafePointer(writable)
  }

  /// Says how many elements are in use from now on, within what was reserved.
  package func setCount(_ count: Int) {
    precondition(count <= capacity)
    self.count = count
  }

  /// Makes sure that these elements are what was saved. Costs next to nothing where they are in memory.
  /// - Throws: `corrupt`, naming the file and the place.
  package func verify(_ range: Range<Int>) throws(FacenetError) {
    guard let section else { return }
    let size = MemoryLayout<Element>.stride
    try section.verify(range.lowerBound * size..<range.upperBound * size)
  }
}
