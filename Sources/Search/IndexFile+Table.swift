import Core

extension SavedSection {
  /// Where a section is in its file.
  struct Place: Sendable {
    var name: String
    var offset: Int
    var count: Int
    var checksums: Int
    var firstBlock: Int
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
      bytes[summed + 8..<tableEnd(sections: count)].allSatisfy({ $0 == 0 })
    else { throw FacenetError(.corrupt, "the table of sections is not what was saved") }
    try reader.seek(to: headerBytes)
    var places: [SavedSection.Place] = []
    for _ in 0..<count {
      let firstBlock = places.last.map { $0.firstBlock + SavedSection.blocks($0.count) } ?? 0
      places.append(try place(&reader, firstBlock: firstBlock, size: bytes.count))
    }
    return places
  }

  private static func place(_ reader: inout ByteReader, firstBlock: Int, size: Int) throws(FacenetError)
    -> SavedSection.Place
  {
    let name = String(decoding: try reader.read(nameBytes).prefix { $0 != 0 }, as: UTF8.self)
    let offset = try reader.readInteger(UInt64.self, .little)
    let count = try reader.readInteger(UInt64.self, .little)
    let checksums = try reader.readInteger(UInt64.self, .little)
    try reader.skip(entryBytes - nameBytes - 24)
    func fits(_ start: UInt64, _ count: UInt64) -> Bool {
      start <= size && start % UInt64(alignment) == 0 && count <= UInt64(size) - start
    }
    guard fits(offset, count), fits(checksums, UInt64(8 * SavedSection.blocks(Int(count)))) else {
      throw FacenetError(.corrupt, "the section '\(name)' lies outside the file's \(size) bytes")
    }
    return SavedSection.Place(
      name: name, offset: Int(offset), count: Int(count), checksums: Int(checksums), firstBlock: firstBlock)
  }
}
