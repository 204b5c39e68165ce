import Core

/// The keys of a text file, one a line; lines end as on Unix or as on Windows, and the file may begin with a byte order mark.
/// - Throws: `corrupt`, naming the line, for what is not UTF-8; what reading the file throws.
func keys(in path: String) throws(FacenetError) -> [String] {
  var bytes = try File.read(path, limit: 1 << 30)[...]
  if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
  var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  if lines.last?.isEmpty == true { lines.removeLast() }
  var keys: [String] = []
  for (position, line) in lines.enumerated() {
    let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    guard let key = String(validating: text, as: UTF8.self) else {
      throw FacenetError(.corrupt, "line \(position + 1) of \(path) is not UTF-8")
    }
    keys.append(key)
  }
  return keys
}
