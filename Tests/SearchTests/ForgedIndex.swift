import Core
import Testing

@testable import Search

/// The file of an index, changed by somebody who makes its checksums right again.
struct ForgedIndex {
  private(set) var bytes: [UInt8]

  init(_ index: VectorIndex) throws {
    let file = TemporaryFile()
    try index.save(to: file.path)
    bytes = try File.read(file.path)
  }

  /// Sections that the header names; none where it names more than there can be.
  private var sections: Int {
    let stated = Int(number(at: 12) as UInt32)
    return stated <= IndexFile.mostSections ? stated : 0
  }

  /// Where the table says something of a section: its name, and behind it offset, bytes and offset of its checksums.
  func entry(_ name: String) throws -> Int {
    let wanted = Array(name.utf8) + [0]
    let entries = (0..<sections).map { IndexFile.headerBytes + $0 * IndexFile.entryBytes }
    return try #require(entries.first { bytes[$0..<$0 + wanted.count].elementsEqual(wanted) }, "no section \(name)")
  }

  func place(_ name: String) throws -> Int { Int(number(at: try entry(name) + IndexFile.nameBytes) as UInt64) }

  func number<Number: FixedWidthInteger>(at place: Int) -> Number {
    bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: Number.self)) }
  }

  mutating func write<Value: BitwiseCopyable>(_ value: Value, at place: Int) {
    withUnsafeBytes(of: value) { bytes.replaceSubrange(place..<place + $0.count, with: $0) }
  }

  /// Writes an element of a section.
  mutating func write<Value: BitwiseCopyable>(_ value: Value, _ position: Int, of section: String) throws {
    write(value, at: try place(section) + position * MemoryLayout<Value>.stride)
  }

  /// Writes a number of a section's entry: 0 is its offset, 1 its bytes, 2 the offset of its checksums.
  mutating func write(_ number: UInt64, field: Int, of section: String) throws {
    write(number, at: try entry(section) + IndexFile.nameBytes + 8 * field)
  }

  mutating func shorten(by count: Int) { bytes.removeLast(count) }

  /// Makes the checksums right: of the blocks of each section that lies in the file, then of the table.
  mutating func seal() {
    for entry in (0..<sections).map({ IndexFile.headerBytes + $0 * IndexFile.entryBytes })
    where entry + IndexFile.entryBytes <= bytes.count {
      let numbers = (0..<3).map { number(at: entry + IndexFile.nameBytes + 8 * $0) as UInt64 }
      guard numbers.allSatisfy({ $0 <= bytes.count }), numbers[0] + numbers[1] <= bytes.count else { continue }
      sealBlocks(Int(numbers[0]), Int(numbers[1]), Int(numbers[2]))
    }
    let end = IndexFile.headerBytes + sections * IndexFile.entryBytes
    if end + 8 <= bytes.count { write(sum(0..<end, seed: 0), at: end) }
  }

  private mutating func sealBlocks(_ start: Int, _ count: Int, _ checksums: Int) {
    guard checksums + 8 * SavedSection.blocks(count) <= bytes.count else { return }
    for block in 0..<SavedSection.blocks(count) {
      let first = start + block * BlockChecksum.blockBytes
      let sum = sum(first..<min(first + BlockChecksum.blockBytes, start + count), seed: UInt64(first))
      write(sum, at: checksums + 8 * block)
    }
  }

  private func sum(_ range: Range<Int>, seed: UInt64) -> UInt64 {
    bytes.withUnsafeBytes { BlockChecksum.of(UnsafeRawBufferPointer(rebasing: $0[range]), seed: seed) }
  }
}
