import Core

/// One value, or a row of them, a slot: in growing memory of its own.
///
/// One thread at a time while changed, then any.
package final class Column<Element: BitwiseCopyable>: @unchecked Sendable {
  /// Elements in use.
  package private(set) var count = 0
  private var memory: AlignedBuffer
  private var capacity: Int

  package init() throws(FacenetError) {
    memory = try AlignedBuffer(count: 0)
    capacity = 0
  }

  /// Elements from a section of an index file.
  package init(_ section: IndexSection) throws(FacenetError) {
    count = section.bytes.count / MemoryLayout<Element>.stride
    capacity = count
    memory = try AlignedBuffer(count: section.bytes.count)
    memory.bytes.copyMemory(from: section.bytes)
  }

  /// The first element, 64-byte aligned.
  package var elements: UnsafePointer<Element> { UnsafePointer(memory.pointer()) }

  /// The same, to be written. Only after ``reserve(_:)``, which makes the memory the column's own.
  package var writable: UnsafeMutablePointer<Element> { memory.pointer() }

  package var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: memory.bytes.baseAddress, count: count * MemoryLayout<Element>.stride)
  }

  /// Makes room for `wanted` elements in all; those beyond `count` may be written before `count` is moved.
  /// - Throws: `tooLarge` where there is no memory.
  package func reserve(_ wanted: Int) throws(FacenetError) {
    guard wanted > capacity else { return }
    let larger = max(wanted, capacity + capacity / 2)
    let next = try AlignedBuffer(count: larger * MemoryLayout<Element>.stride)
    next.bytes.copyMemory(from: bytes)
    (memory, capacity) = (next, larger)
  }

  /// Says how many elements are in use from now on, within what was reserved.
  package func setCount(_ count: Int) {
    precondition(count <= capacity)
    self.count = count
  }

  /// Makes sure that these elements are what was saved.
  /// - Throws: `corrupt`, naming the file and the place.
  package func verify(_ range: Range<Int>) throws(FacenetError) {}
}
