import Core

/// An ELF file, as far as it must be whole: the system's loader maps the parts that its headers name, and to touch one
/// that lies behind the file's end kills the process.
enum SharedObject {
  private static let magic = [0x7F] + Array("ELF".utf8)
  private static let headerSize = 64
  private static let entrySize = 56

  /// The headers of 64-bit little-endian files are read as the ELF-64 Object File Format, version 1.5, has them; what
  /// else is wrong with them, and other kinds, the loader refuses.
  /// - Throws: `corrupt` for what is no ELF file or ends before its parts do; `inputOutput`.
  static func requireWhole(_ path: String) throws(FacenetError) {
    let header = try File.readStream(path, limit: headerSize)
    guard header.starts(with: magic) else {
      throw FacenetError(.corrupt, "cannot load \(path): it is not a shared object")
    }
    let size = UInt64(try File.size(path))
    try require(UInt64(headerSize), of: size, path)
    guard header[4...5] == [2, 1], number(header, at: 54, bytes: 2) == UInt64(entrySize) else { return }
    let (offset, count) = (number(header, at: 32, bytes: 8), number(header, at: 56, bytes: 2) * UInt64(entrySize))
    try require(end(offset, count), of: size, path)
    let table = try File.load(path, offset: Int(offset), count: Int(count))
    try withExtendedLifetime(table) { () throws(FacenetError) in
      let bytes = Array(table.bytes)
      for start in stride(from: 0, to: bytes.count, by: entrySize) where number(bytes, at: start, bytes: 4) == 1 {
        let (offset, count) = (number(bytes, at: start + 8, bytes: 8), number(bytes, at: start + 32, bytes: 8))
        try require(end(offset, count), of: size, path)
      }
    }
  }

  /// Where a part ends; the largest number where that is none.
  private static func end(_ offset: UInt64, _ count: UInt64) -> UInt64 {
    let (end, isOver) = offset.addingReportingOverflow(count)
    return isOver ? .max : end
  }

  private static func require(_ end: UInt64, of size: UInt64, _ path: String) throws(FacenetError) {
    guard end <= size else {
      throw FacenetError(.corrupt, "cannot load \(path): it is cut short, at \(size) bytes of at least \(end)")
    }
  }

  private static func number(_ bytes: [UInt8], at start: Int, bytes count: Int) -> UInt64 {
    bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
