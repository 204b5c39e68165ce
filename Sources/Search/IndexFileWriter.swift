import Core

/// Writes index files: docs/index-file.md says what is in them.
enum IndexFileWriter {
  /// Bytes that are written together.
  private static let chunk = 16 * BlockChecksum.blockBytes

  /// Writes the sections so that `path` holds either what it held before or all of them.
  /// - Throws: `inputOutput` or `notFound`, naming the path; `cancelled`.
  static func write(_ sections: [IndexSection], to path: String, mode: UInt32) throws(FacenetError) {
    let places = places(sections)
    let size = places.last.map { aligned($0.end) } ?? 0
    try File.replace(path, mode: mode) { output throws(FacenetError) in
      try output.write(table(places, size: size))
      for (section, place) in zip(sections, places) {
        try write(section.bytes, at: place.offset, of: size, to: output)
      }
    }
  }

  /// A section's bytes and then its blocks' checksums, both to the next multiple of the alignment.
  private static func write(_ bytes: UnsafeRawBufferPointer, at offset: Int, of size: Int, to output: File.Output)
    throws(FacenetError)
  {
    var checksums: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      let end = min(start + chunk, bytes.count)
      for block in stride(from: start, to: end, by: BlockChecksum.blockBytes) {
        let part = UnsafeRawBufferPointer(rebasing: bytes[block..<min(block + BlockChecksum.blockBytes, end)])
        append(BlockChecksum.of(part, seed: UInt64(offset + block)), to: &checksums)
      }
      try output.write(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
      try Progress.reached(Double(offset + end) / Double(size))
    }
    try output.write([UInt8](repeating: 0, count: aligned(bytes.count) - bytes.count))
    try output.write(checksums + [UInt8](repeating: 0, count: aligned(checksums.count) - checksums.count))
  }

  private static func places(_ sections: [IndexSection]) -> [SavedSection.Place] {
    var end = IndexFile.tableEnd(sections: sections.count)
    return sections.map { section in
      let checksums = end + aligned(section.bytes.count)
      defer { end = aligned(checksums + 8 * SavedSection.blocks(section.bytes.count)) }
      return SavedSection.Place(
        name: section.name, offset: end, count: section.bytes.count, checksums: checksums, firstBlock: 0)
    }
  }

  private static func table(_ places: [SavedSection.Place], size: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    append(IndexFile.magic, to: &bytes)
    append(IndexFile.version, to: &bytes)
    append(UInt32(places.count), to: &bytes)
    append(UInt64(size), to: &bytes)
    pad(&bytes)
    for place in places {
      bytes += Array(place.name.utf8) + [UInt8](repeating: 0, count: IndexFile.nameBytes - place.name.utf8.count)
      for number in [place.offset, place.count, place.checksums] { append(UInt64(number), to: &bytes) }
      pad(&bytes)
    }
    append(bytes.withUnsafeBytes { BlockChecksum.of($0, seed: 0) }, to: &bytes)
    pad(&bytes)
    return bytes
  }

  private static func aligned(_ count: Int) -> Int { (count + IndexFile.alignment - 1) & -IndexFile.alignment }

  private static func pad(_ bytes: inout [UInt8]) {
    bytes += [UInt8](repeating: 0, count: aligned(bytes.count) - bytes.count)
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
}
