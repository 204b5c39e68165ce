import Core

/// Writes a store's records into the mirror, in a transaction. One thread at a time.
final class RecordWriter: RecordVisitor {
  private static let rowsAtOnce = 1024

  private let connection: Connection
  private var keys: [(person: Int64, key: SQLiteValue)] = []
  private var insertions: [MirroredTable: Statement] = [:]
  private var rows = 0
  /// Whether the numbers that were given are among the records: a gallery that is read whole has them.
  private(set) var hasNumbers = false

  init(to connection: Connection) { self.connection = connection }

  func visit(_ key: UInt64, _ bytes: UnsafeRawBufferPointer?) throws(FacenetError) {
    rows += 1
    if rows.isMultiple(of: Self.rowsAtOnce) { try Progress.reached(0) }
    let (table, row) = try located("a record") { () throws(FacenetError) in try MirroredTable.row(of: key) }
    try located("the record of row \(row) of \(table)") { () throws(FacenetError) in try write(table, row, bytes) }
  }

  /// Gives people their keys: only now, when whoever had them before has others.
  func finish() throws(FacenetError) {
    for (person, key) in keys {
      try located("the record of row \(person) of people") { () throws(FacenetError) in
        try connection.run("UPDATE people SET key = ? WHERE id = ?", [key, .integer(person)])
      }
    }
  }

  private func write(_ table: MirroredTable, _ row: Int64, _ bytes: UnsafeRawBufferPointer?) throws(FacenetError) {
    guard let bytes else {
      guard table != .gallery, table != .numbers else { throw FacenetError(.corrupt, "it was removed") }
      return try connection.run(table.removal, [.integer(row)])
    }
    var values = try RowEncoding.decode(bytes, columns: table.columns.count)
    switch table {
    case .numbers:
      hasNumbers = true
      return try setNumbers(row, values)
    case .people:
      keys.append((row, values[1]))
      values[1] = .null
    case .gallery, .versions, .templates: break
    }
    try insertion(table).execute([.integer(row)] + values)
  }

  private func insertion(_ table: MirroredTable) throws(FacenetError) -> Statement {
    if let known = insertions[table] { return known }
    let made = try connection.statement(table.insertion)
    insertions[table] = made
    return made
  }

  private func setNumbers(_ row: Int64, _ values: [SQLiteValue]) throws(FacenetError) {
    guard row == 1 else { throw FacenetError(.corrupt, "expected row 1 alone") }
    for (name, value) in zip(MirroredTable.numbers.columns, values) {
      guard case .integer(let number) = value, number >= 0 else {
        throw FacenetError(.corrupt, "\(name) has no number")
      }
      try connection.run("DELETE FROM sqlite_sequence WHERE name = ?", [.text(name)])
      // No number that somebody has is given again, whatever the record says.
      try connection.run(
        "INSERT INTO sqlite_sequence (name, seq) SELECT ?, max(?, (SELECT ifnull(max(id), 0) FROM \(name)))",
        [.text(name), value])
    }
  }

  /// A row that the tables refuse is the store's fault, not the caller's.
  private func located<Result>(_ what: String, _ body: () throws(FacenetError) -> Result) throws(FacenetError)
    -> Result
  {
    do throws(FacenetError) { return try body() } catch {
      let status = error.status == .invalidArgument ? .corrupt : error.status
      throw FacenetError(status, "\(what) of \(connection.path) is none of a gallery: \(error.message)")
    }
  }
}
