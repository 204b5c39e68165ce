import CSQLite
import Core

/// What a statement takes and gives.
enum SQLiteValue {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])

  static func optional(_ text: String?) -> SQLiteValue { text.map { .text($0) } ?? .null }
  static func optional(_ bytes: [UInt8]?) -> SQLiteValue { bytes.map { .blob($0) } ?? .null }
  static func optional(_ number: Float?) -> SQLiteValue { number.map { .real(Double($0)) } ?? .null }
}

/// A prepared statement. One thread at a time.
final class Statement {
  /// SQLite copies what it is given before the call returns.
  private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  private let text: String
  private let database: OpaquePointer
  private let path: String
  private let handle: OpaquePointer

  init(_ text: String, of database: OpaquePointer, path: String) throws(FacenetError) {
    var made: OpaquePointer?
    let code = sqlite3_prepare_v3(database, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
    guard code == SQLITE_OK, let made else {
      throw SQLiteFailure(code: code, handle: database, path: path, action: Self.action(of: text)).error
    }
    (self.text, self.database, self.path, handle) = (text, database, path, made)
  }

  deinit { sqlite3_finalize(handle) }

  /// Binds all parameters, in order.
  func bind(_ values: [SQLiteValue]) throws(FacenetError) {
    for (position, value) in values.enumerated() {
      let index = Int32(position + 1)
      let code =
        switch value {
        case .null: sqlite3_bind_null(handle, index)
        case .integer(let number): sqlite3_bind_int64(handle, index, number)
        case .real(let number): sqlite3_bind_double(handle, index, number)
        case .text(let text):
          sqlite3_bind_text64(
            handle, index, text, UInt64(text.utf8.count), Self.transient, UInt8(SQLITE_UTF8))
        case .blob(let bytes): sqlite3_bind_blob64(handle, index, bytes, UInt64(bytes.count), Self.transient)
        }
      guard code == SQLITE_OK else { throw failure(code) }
    }
  }

  /// - Returns: whether there is a row to read.
  func step() throws(FacenetError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code: throw failure(code)
    }
  }

  /// Runs a statement that gives no rows.
  func execute(_ values: [SQLiteValue]) throws(FacenetError) {
    defer { reset() }
    try bind(values)
    while try step() {}
  }

  func reset() {
    sqlite3_reset(handle)
    sqlite3_clear_bindings(handle)
  }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
  func real(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

  func text(_ column: Int32) -> String? {
    guard let start = sqlite3_column_text(handle, column) else { return nil }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  func blob(_ column: Int32) -> [UInt8]? {
    guard !isNull(column) else { return nil }
    let start = sqlite3_column_blob(handle, column)
    return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
  }

  func value(_ column: Int32) -> SQLiteValue {
    switch sqlite3_column_type(handle, column) {
    case SQLITE_INTEGER: .integer(integer(column))
    case SQLITE_FLOAT: .real(real(column))
    case SQLITE_TEXT: .optional(text(column))
    case SQLITE_BLOB: .optional(blob(column))
    default: .null
    }
  }

  /// Lends the bytes of a column; they are SQLite's until the next step.
  func withBlob<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws(FacenetError) -> Result)
    throws(FacenetError) -> Result
  {
    let start = sqlite3_column_blob(handle, column)
    return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
  }

  private func failure(_ code: Int32) -> FacenetError {
    SQLiteFailure(code: code, handle: database, path: path, action: Self.action(of: text)).error
  }

  private static func action(of text: String) -> String {
    switch text.prefix(6) {
    case "SELECT", "PRAGMA": "read the gallery"
    case "VACUUM": "compact the gallery"
    default: "write to the gallery"
    }
  }
}
