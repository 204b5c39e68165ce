import Core

/// An index file that is open for reading: docs/index-file.md says what is in it. Immutable: any thread.
package final class IndexFile: Sendable {
  package static let magic: UInt64 = 0x0a78_6469_6e63_6166  // "facindx\n"
  package static let version: UInt32 = 1
  static let headerBytes = 64
  static let entryBytes = 64
  static let nameBytes = 24
  static let mostSections = 256

  package let path: String
  private let memory: AlignedBuffer
  private let entries: [String: Entry]

  /// Where a section and its blocks' checksums are.
  struct Entry { var name: String, offset: Int, count: Int, checksums: Int }

  /// - Throws: `notFound`, `inputOutput`; `corrupt` or `unsupported` for what is no index file or a newer one.
  package init(path: String) throws(FacenetError) {
    self.path = path
    memory = try File.load(path, limit: .max)
    do throws(FacenetError) {
      entries = try Self.table(UnsafeRawBufferPointer(memory.bytes))
    } catch { throw error.located(in: path) }
    try check()
  }

  /// A section's bytes. They must be verified before they are believed.
  /// - Throws: `corrupt` where there is none of this name or it has not `count` bytes.
  package func section(_ name: String, count: Int? = nil) throws(FacenetError) -> IndexSection {
    guard let entry = entries[name] else { throw FacenetError(.corrupt, "there is no section '\(name)' (\(path))") }
    if let count, count != entry.count {
      throw FacenetError(.corrupt, "the section '\(name)' has \(entry.count) bytes, expected \(count) (\(path))")
    }
    return IndexSection(
      name, UnsafeRawBufferPointer(rebasing: memory.bytes[entry.offset..<entry.offset + entry.count]))
  }

  /// Reads everything and compares it with its checksums.
  /// - Throws: `corrupt`, naming the place.
  package func check() throws(FacenetError) {
    for entry in entries.values.sorted(by: { $0.offset < $1.offset }) {
      let blocks = (entry.count + BlockChecksum.blockBytes - 1) / BlockChecksum.blockBytes
      for block in 0..<blocks {
        let start = entry.offset + block * BlockChecksum.blockBytes
        let end = min(start + BlockChecksum.blockBytes, entry.offset + entry.count)
        let sum = BlockChecksum.of(UnsafeRawBufferPointer(rebasing: memory.bytes[start..<end]), seed: UInt64(start))
        let saved = memory.bytes.loadUnaligned(fromByteOffset: entry.checksums + 8 * block, as: UInt64.self)
        guard sum == saved.littleEndian else {
          throw FacenetError(
            .corrupt, "bytes \(start) to \(end) are not what was saved: section '\(entry.name)' (\(path))")
        }
      }
    }
  }
}

extension IndexFile {
  /// Header and table of sections, checked against the file's size.
  private static func table(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) -> [String: Entry] {
    var reader = ByteReader(bytes)
    guard bytes.count >= headerBytes, try reader.readInteger(UInt64.self, .little) == magic else {
      throw FacenetError(.corrupt, "this is no index file")
    }
    let version = try reader.readInteger(UInt32.self, .little)
    guard version == Self.version else {
      throw FacenetError(.unsupported, "index file of version \(version), this library reads version \(Self.version)")
    }
    let sections = Int(try reader.readInteger(UInt32.self, .little))
    let size = try reader.readInteger(UInt64.self, .little)
    let sum = try reader.readInteger(UInt64.self, .little)
    guard size == bytes.count else {
      throw FacenetError(.corrupt, "the file has \(bytes.count) bytes, its header says \(size)")
    }
    let end = headerBytes + sections * entryBytes
    guard sections <= mostSections, end <= bytes.count else {
      throw FacenetError(.corrupt, "\(sections) sections do not fit in \(bytes.count) bytes")
    }
    let table = UnsafeRawBufferPointer(rebasing: bytes[headerBytes..<end])
    guard sum == BlockChecksum.of(table, seed: size) else {
      throw FacenetError(.corrupt, "the table of sections is not what was saved")
    }
    try reader.seek(to: headerBytes)
    var entries: [String: Entry] = [:]
    for _ in 0..<sections {
      let entry = try entry(&reader, from: end, to: bytes.count)
      entries[entry.name] = entry
    }
    return entries
  }

  private static func entry(_ reader: inout ByteReader, from first: Int, to end: Int) throws(FacenetError) -> Entry {
    let name = String(decoding: try reader.read(nameBytes).prefix { $0 != 0 }, as: UTF8.self)
    let offset = try reader.readInteger(UInt64.self, .little)
    let count = try reader.readInteger(UInt64.self, .little)
    let checksums = try reader.readInteger(UInt64.self, .little)
    try reader.skip(entryBytes - nameBytes - 24)
    let fits = { (start: UInt64, count: UInt64) in
      start >= first && start <= end && start % 64 == 0 && count <= UInt64(end) - start
    }
    guard fits(offset, count), fits(checksums, 8 * ((count + 65535) / 65536)) else {
      throw FacenetError(.corrupt, "the section '\(name)' lies outside the file's \(end) bytes")
    }
    return Entry(name: name, offset: Int(offset), count: Int(count), checksums: Int(checksums))
  }
}
