import Core

extension SavedSection {
  /// Where a section is in its file.
  struct Place: Sendable {
    var name: String
    var offset: Int
    var count: Int
    var checksums: Int
    var firstBlock: Int

    /// Where the checksums end.
    var end: Int { checksums + 8 * SavedSection.blocks(count) }
    /// The first block of the section behind it.
    var nextBlock: Int { firstBlock + SavedSection.blocks(count) }
  }

  init(_ place: Place, in file: IndexFile) {
    (name, offset, count) = (place.name, place.offset, place.count)
    (checksums, firstBlock) = (place.checksums, place.firstBlock)
    self.file = file
  }
}

extension IndexFile {
  /// Header, table and checksum of both, to the next multiple of the alignment.
  static func tableEnd(sections: Int) -> Int { headerBytes + (sections + 1) * entryBytes }

  /// The table of sections, checked against its checksum and the file's size.
  static func places(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) -> [SavedSection.Place] {
    var reader = ByteReader(bytes)
    guard bytes.count >= headerBytes, try reader.readInteger(UInt64.self, .little) == magic else {
      throw FacenetError(.corrupt, "this is no index file")
    }
    let version = try reader.readInteger(UInt32.self, .little)
    guard version == Self.version else {
      throw FacenetError(.unsupported, "index file of version \(version), this library reads version \(Self.version)")
    }
    let count = Int(try reader.readInteger(UInt32.self, .little))
    let size = try reader.readInteger(UInt64.self, .little)
    guard size == bytes.count else {
      throw FacenetError(.corrupt, "the file has \(bytes.count) bytes, its header says \(size)")
    }
    guard count <= mostSections, tableEnd(sections: count) <= bytes.count else {
      throw FacenetError(.corrupt, "\(count) sections do not fit in \(bytes.count) bytes")
    }
    let summed = headerBytes + count * entryBytes
    let sum = BlockChecksum.of(UnsafeRawBufferPointer(rebasing: bytes[..<summed]), seed: 0)
    guard sum == bytes.loadUnaligned(fromByteOffset: summed, as: UInt64.self).littleEndian,
      bytes[summed + 8..<tableEnd(sections: count)].allSatisfy({ $0 == 0 }),
      try reader.read(headerBytes - reader.offset).allSatisfy({ $0 == 0 })
    else { throw FacenetError(.corrupt, "the table of sections is not what was saved") }
    var places: [SavedSection.Place] = []
    for _ in 0..<count {
      let place = try place(
        &reader, after: places.last?.end ?? tableEnd(sections: count), firstBlock: places.last?.nextBlock ?? 0,
        size: bytes.count)
      guard !places.contains(where: { $0.name == place.name }) else {
        throw FacenetError(.corrupt, "there are two sections '\(place.name)'")
      }
      places.append(place)
    }
    return places
  }

  /// Sections and their checksums stand in the file in the order of the table.
  private static func place(_ reader: inout ByteReader, after end: Int, firstBlock: Int, size: Int)
    throws(FacenetError) -> SavedSection.Place
  {
    let name = String(decoding: try reader.read(nameBytes).prefix { $0 != 0 }, as: UTF8.self)
    let offset = try reader.readInteger(UInt64.self, .little)
    let count = try reader.readInteger(UInt64.self, .little)
    let checksums = try reader.readInteger(UInt64.self, .little)
    let isPadded = try reader.read(entryBytes - nameBytes - 24).allSatisfy { $0 == 0 }
    func fits(_ start: UInt64, _ count: UInt64) -> Bool {
      start <= size && start % UInt64(alignment) == 0 && count <= UInt64(size) - start
    }
    guard fits(offset, count), fits(checksums, UInt64(8 * SavedSection.blocks(Int(count)))) else {
      throw FacenetError(.corrupt, "the section '\(name)' lies outside the file's \(size) bytes")
    }
    guard Int(offset) >= end, checksums >= offset + count else {
      throw FacenetError(.corrupt, "the section '\(name)' lies over what comes before it, or over its own checksums")
    }
    guard isPadded else { throw FacenetError(.corrupt, "the entry of the section '\(name)' does not end with zeros") }
    return SavedSection.Place(
      name: name, offset: Int(offset), count: Int(count), checksums: Int(checksums), firstBlock: firstBlock)
  }
}
