import Core
import Synchronization

/// An index file that is open for reading, mapped rather than read: docs/index-file.md says what is in it.
///
/// Searches run together: each block is compared with its checksum when it is first wanted.
package final class IndexFile: @unchecked Sendable {
  static let magic: UInt64 = 0x0a78_6469_6e63_6166  // "facindx\n"
  static let version: UInt32 = 1
  static let headerBytes = 64
  static let entryBytes = 64
  static let nameBytes = 24
  static let mostSections = 256
  static let alignment = 64

  package let path: String
  private let mapping: FileMapping
  private let sections: [SavedSection.Place]
  /// A bit a block of the file: whether it was verified.
  private let verified: UnsafeMutablePointer<Atomic<UInt64>>
  private let words: Int

  var bytes: UnsafeRawBufferPointer { mapping.bytes }

  /// - Throws: `notFound`, `inputOutput`; `corrupt` or `unsupported` for what is no index file or a newer one.
  package init(path: String) throws(FacenetError) {
    self.path = path
    mapping = try FileMapping(path: path)
    do throws(FacenetError) { sections = try IndexFile.places(mapping.bytes) } catch { throw error.located(in: path) }
    words = (sections.last?.nextBlock ?? 0) / 64 + 1
    verified = .allocate(capacity: words)
    for word in 0..<words { (verified + word).initialize(to: Atomic(0)) }
  }

  deinit {
    verified.deinitialize(count: words)
    verified.deallocate()
  }

  /// Equal for files of equal contents: made of the table and of all blocks' checksums, so that little is read.
  package var digest: Int64 {
    let table = bytes[..<IndexFile.tableEnd(sections: sections.count)]
    let sum = sections.reduce(BlockChecksum.of(UnsafeRawBufferPointer(rebasing: table), seed: 0)) { sum, place in
      BlockChecksum.of(UnsafeRawBufferPointer(rebasing: bytes[place.checksums..<place.end]), seed: sum)
    }
    return Int64(bitPattern: sum)
  }

  /// A section by its name.
  /// - Parameter count: bytes that it must have; nil for any number.
  /// - Throws: `corrupt` where there is none of this name or it has not `count` bytes.
  package func section(_ name: String, count: Int? = nil) throws(FacenetError) -> SavedSection {
    guard let place = sections.first(where: { $0.name == name }) else {
      throw FacenetError(.corrupt, "there is no section '\(name)' (\(path))")
    }
    if let count, count != place.count {
      throw FacenetError(.corrupt, "the section '\(name)' has \(place.count) bytes, expected \(count) (\(path))")
    }
    return SavedSection(place, in: self)
  }

  /// All bytes of a section, verified.
  /// - Throws: `corrupt`.
  package func read(_ name: String) throws(FacenetError) -> [UInt8] {
    let section = try section(name)
    try section.verify(0..<section.count)
    return Array(section.bytes)
  }

  func verify(_ section: SavedSection, block: Int) throws(FacenetError) {
    let (word, bit) = ((section.firstBlock + block) / 64, UInt64(1) << UInt64((section.firstBlock + block) % 64))
    if verified[word].load(ordering: .relaxed) & bit != 0 { return }
    try compare(section, block: block)
    verified[word].bitwiseOr(bit, ordering: .relaxed)
  }

  private func compare(_ section: SavedSection, block: Int) throws(FacenetError) {
    guard mapping.isWhole else {
      throw FacenetError(.corrupt, "the file was shortened while it was open (\(path))")
    }
    let start = section.offset + block * BlockChecksum.blockBytes
    let end = min(start + BlockChecksum.blockBytes, section.offset + section.count)
    let sum = BlockChecksum.of(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), seed: UInt64(start))
    let saved = bytes.loadUnaligned(fromByteOffset: section.checksums + 8 * block, as: UInt64.self).littleEndian
    guard sum == saved else {
      throw FacenetError(
        .corrupt, "bytes \(start) to \(end) are not what was saved, in the section '\(section.name)' (\(path))")
    }
  }

  /// Reads everything and compares it with its checksums; what lies between sections must be zero.
  /// - Throws: `corrupt`, naming the place; `cancelled`.
  package func check() throws(FacenetError) {
    for place in sections {
      let section = SavedSection(place, in: self)
      for block in 0..<SavedSection.blocks(place.count) {
        try compare(section, block: block)
        try Progress.reached(Double(section.offset + block * BlockChecksum.blockBytes) / Double(bytes.count))
      }
    }
    var end = IndexFile.tableEnd(sections: sections.count)
    for place in sections {
      try checkZero(end, place.offset)
      try checkZero(place.offset + place.count, place.checksums)
      end = place.end
    }
    try checkZero(end, bytes.count)
  }

  private func checkZero(_ start: Int, _ end: Int) throws(FacenetError) {
    guard start <= end, end - start < Self.alignment, bytes[start..<end].allSatisfy({ $0 == 0 }) else {
      throw FacenetError(.corrupt, "bytes \(start) to \(end) should be less than \(Self.alignment) zeros (\(path))")
    }
  }
}
