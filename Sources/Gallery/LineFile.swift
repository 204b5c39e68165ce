import Core

/// The lines of a file, read in parts, so that it may be larger than memory. One thread at a time.
struct LineFile {
  private static let part = 1 << 20

  let path: String
  /// Bytes of the longest line.
  let longest: Int
  private let size: Int
  private var offset = 0
  private var bytes: [UInt8] = []
  private var start = 0
  /// The number of the last line, from 1.
  private(set) var number = 0

  /// - Throws: `notFound`, `inputOutput` or `invalidArgument`, naming the path.
  init(path: String, longest: Int) throws(FacenetError) {
    (self.path, self.longest, size) = (path, longest, try File.size(path))
  }

  /// How much of the file was read, 0 to 1.
  var share: Double { size == 0 ? 1 : Double(offset - (bytes.count - start)) / Double(size) }

  /// The next line without its end; nil after the last.
  /// - Throws: `tooLarge`, naming the line; what reading throws.
  mutating func next() throws(FacenetError) -> [UInt8]? {
    var searched = start
    while true {
      if let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) { return take(to: end, next: end + 1) }
      guard bytes.count - start <= longest else {
        throw FacenetError(.tooLarge, "line \(number + 1) of \(path) has more than \(longest) bytes")
      }
      guard offset < size else { return start < bytes.count ? take(to: bytes.count, next: bytes.count) : nil }
      bytes.removeFirst(start)
      (start, searched) = (0, bytes.count)
      let more = try File.load(path, offset: offset, count: min(Self.part, size - offset))
      withExtendedLifetime(more) { bytes += more.bytes }
      offset += more.bytes.count
    }
  }

  private mutating func take(to end: Int, next: Int) -> [UInt8] {
    defer { start = next }
    number += 1
    return Array(bytes[start..<end])
  }
}
