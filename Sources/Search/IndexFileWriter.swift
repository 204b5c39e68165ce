import Core

/// Writes index files: docs/index-file.md says how.
enum IndexFileWriter {
  /// Writes the sections so that `path` holds either what it held before or all of them.
  static func write(_ sections: [IndexSection], to path: String) throws(FacenetError) {
    var bytes = [UInt8](repeating: 0, count: IndexFile.headerBytes + sections.count * IndexFile.entryBytes)
    var table: [UInt8] = []
    for section in sections {
      let offset = bytes.count
      bytes += section.bytes
      pad(&bytes)
      let checksums = bytes.count
      for start in stride(from: 0, to: section.bytes.count, by: BlockChecksum.blockBytes) {
        let end = min(start + BlockChecksum.blockBytes, section.bytes.count)
        append(
          BlockChecksum.of(UnsafeRawBufferPointer(rebasing: section.bytes[start..<end]), seed: UInt64(offset + start)),
          to: &bytes)
      }
      pad(&bytes)
      table += Array(section.name.utf8) + [UInt8](repeating: 0, count: IndexFile.nameBytes - section.name.utf8.count)
      append(UInt64(offset), to: &table)
      append(UInt64(section.bytes.count), to: &table)
      append(UInt64(checksums), to: &table)
      table += [UInt8](repeating: 0, count: IndexFile.entryBytes - IndexFile.nameBytes - 24)
    }
    var header: [UInt8] = []
    append(IndexFile.magic, to: &header)
    append(IndexFile.version, to: &header)
    append(UInt32(sections.count), to: &header)
    append(UInt64(bytes.count), to: &header)
    append(table.withUnsafeBytes { BlockChecksum.of($0, seed: UInt64(bytes.count)) }, to: &header)
    header += [UInt8](repeating: 0, count: IndexFile.headerBytes - header.count) + table
    bytes.replaceSubrange(0..<header.count, with: header)
    try File.write(bytes, to: path)
  }

  private static func pad(_ bytes: inout [UInt8]) {
    bytes += [UInt8](repeating: 0, count: (64 - bytes.count % 64) % 64)
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
}
