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
    try file.append(NPYHeader.make(rows: 0, columns: columns))
  }

  /// Adds a row of `columns` numbers.
  func append(_ row: [Float]) throws(FacenetError) {
    precondition(row.count == columns)
    try file.append(row.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) })
    rows += 1
  }

  /// Puts the file under its name.
  func commit() throws(FacenetError) {
    try file.commit(head: NPYHeader.make(rows: rows, columns: columns))
  }
}
