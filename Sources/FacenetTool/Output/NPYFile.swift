import Core

/// A matrix of float32 in NumPy's format, version 1.0: rows are added one by one.
final class NPYFile {
  private let file: OutputFile
  private let columns: Int
  private(set) var rows = 0

  /// - Parameter columns: numbers in a row.
  /// - Throws: `notFound` or `inputOutput`, naming the path.
  init(_ path: String, columns: Int) throws(FacenetError) {
    file = try OutputFile(path)
    self.columns = columns
    try file.append(Self.header(rows: 0, columns: columns))
  }

  /// Adds a row of `columns` numbers.
  func append(_ row: [Float]) throws(FacenetError) {
    precondition(row.count == columns)
    try file.append(row.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) })
    rows += 1
  }

  /// Puts the file under its name.
  func commit() throws(FacenetError) {
    try file.commit(head: Self.header(rows: rows, columns: columns))
  }

  /// 128 bytes whatever the counts: magic, version, length and a Python dictionary padded with spaces (NEP 1).
  static func header(rows: Int, columns: Int) -> [UInt8] {
    let dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    let padding = String(repeating: " ", count: 117 - dictionary.utf8.count)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array((dictionary + padding + "\n").utf8)
  }
}
