import CSQLite
import Core

/// A connection to an SQLite database: a file, or in memory the mirror of a store. One thread at a time.
final class Connection {
  /// After so many steps of SQLite's machine, some milliseconds, a statement that is watched looks whether it is to be stopped.
  private static let stepsAtOnce: Int32 = 100_000
  /// How often a transaction is done again because others were first to commit to the store.
  private static let attempts = 200

  let path: String
  private let access: DatabaseAccess
  private let stamp: FileStamp
  private let mirror: Mirror?
  private let handle: OpaquePointer
  private var statements: [String: Statement] = [:]

  /// - Parameters:
  ///   - wait: milliseconds that a call waits for another process to finish writing.
  ///   - file: what is opened where that is not `path`, which errors name.
  /// - Throws: `notFound`, `inputOutput` or `corrupt`, naming the path.
  init(path: String, wait: Int32, file: String? = nil) throws(FacenetError) {
    try Self.check(path: path)
    let file = file ?? path
    access = try DatabaseAccess(to: file)
    stamp = FileStamp(file)
    mirror = nil
    let mode = access == .full ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
    let name = DatabaseAccess.name(of: file, isFrozen: access == .frozen)
    handle = try Self.open(name, mode | SQLITE_OPEN_URI, path)
    self.path = path
    sqlite3_busy_timeout(handle, wait)
  }

  /// A database in memory that shows what is in a store; its tables are still to be made.
  /// - Parameter path: what errors name.
  init(mirroring store: any RecordStore, path: String) throws(FacenetError) {
    (access, stamp) = (.full, FileStamp(""))
    let mirror = Mirror(of: store)
    handle = try Self.open(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, path)
    (self.path, self.mirror) = (path, mirror)
    mirror.watch(handle)
  }

  private static func open(_ name: String, _ flags: Int32, _ path: String) throws(FacenetError) -> OpaquePointer {
    var opened: OpaquePointer?
    let code = sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard code == SQLITE_OK, let opened else {
      let error = SQLiteFailure(code: code, handle: opened, path: path, action: "open the gallery").error
      sqlite3_close_v2(opened)
      throw error
    }
    return opened
  }

  /// - Throws: `invalidArgument` for what SQLite takes for something else than a file.
  static func check(path: String) throws(FacenetError) {
    guard !path.isEmpty, !path.hasPrefix(":"), !path.utf8.contains(0) else {
      throw FacenetError(.invalidArgument, "'\(path)' is not a path of a gallery")
    }
  }

  /// Where the database is: an absolute path without symbolic links.
  var file: String { sqlite3_db_filename(handle, "main").map { String(cString: $0) } ?? path }

  var isReadOnly: Bool { access != .full }

  var isMirror: Bool { mirror != nil }

  /// Whether the transaction in progress leaves rows that refer to none.
  var hasOrphans: Bool {
    var (orphans, most): (Int32, Int32) = (0, 0)
    sqlite3_db_status(handle, SQLITE_DBSTATUS_DEFERRED_FKS, &orphans, &most, 0)
    return orphans != 0
  }

  /// Whether somebody has written to a file that was opened as one that nobody writes to: it must be opened again.
  var isOutOfDate: Bool { access == .frozen && (FileStamp(file) != stamp || FileStamp(file + "-wal").size > 0) }

  deinit {
    statements = [:]
    sqlite3_close_v2(handle)
  }

  /// The prepared statement of this text, ready to be bound; made once.
  func statement(_ text: String) throws(FacenetError) -> Statement {
    if let kept = statements[text] {
      kept.reset()
      return kept
    }
    let made = try Statement(text, of: handle, path: path)
    statements[text] = made
    return made
  }

  /// Runs a statement and calls `row` for each row that it gives.
  func run(_ text: String, _ values: [SQLiteValue] = [], row: (Statement) throws(FacenetError) -> Void = { _ in })
    throws(FacenetError)
  {
    let statement = try statement(text)
    defer { statement.reset() }
    try statement.bind(values)
    while try statement.step() { try row(statement) }
  }

  /// The first column of the first row as an integer; nil where there is no row.
  func integer(_ text: String, _ values: [SQLiteValue] = []) throws(FacenetError) -> Int64? {
    var found: Int64?
    try run(text, values) { row in if found == nil { found = row.integer(0) } }
    return found
  }

  /// The first column of the first row as text; nil where there is no row.
  func text(_ text: String, _ values: [SQLiteValue] = []) throws(FacenetError) -> String? {
    var found: String?
    try run(text, values) { row in if found == nil { found = row.text(0) } }
    return found
  }

  /// Rows that the last statement changed.
  var changes: Int { Int(sqlite3_changes64(handle)) }

  /// Does all of `body` or nothing: what it wrote is on disk when this returns. Where the database shows a store to which somebody
  /// else commits meanwhile, `body` is done again with what that left.
  /// - Throws: `inputOutput` where the file is not at its path any more; what `body` throws.
  func transaction<Result>(_ body: () throws(FacenetError) -> Result) throws(FacenetError) -> Result {
    guard !isReadOnly else {
      throw SQLiteFailure(code: SQLITE_READONLY, handle: nil, path: path, action: "write to the gallery").error
    }
    for _ in 0..<Self.attempts {
      try mirror?.follow(in: self)
      mirror?.begin()
      let result = try all { () throws(FacenetError) -> Result? in
        let result = try body()
        return try mirror?.commit(self) ?? true ? result : nil
      }
      if let result {
        mirror?.end()
        return result
      }
    }
    throw FacenetError(
      .inputOutput, "cannot write to the gallery \(path): others were first \(Self.attempts) times, try again")
  }

  /// Does all of `body`, or nothing where it throws or gives nil. For a mirror, past its store.
  func all<Result>(_ body: () throws(FacenetError) -> Result?) throws(FacenetError) -> Result? {
    try run("BEGIN IMMEDIATE")
    do throws(FacenetError) {
      try requireInPlace()
      let result = try body()
      try run(result == nil ? "ROLLBACK" : "COMMIT")
      return result
    } catch {
      if sqlite3_get_autocommit(handle) == 0 { try? run("ROLLBACK") }
      throw error
    }
  }

  /// Lets whoever watches the call's progress stop `body` in the middle of a statement. Not for commits: a statement may have
  /// done all it does when it is stopped.
  func stoppable<Result>(_ body: () throws(FacenetError) -> Result) throws(FacenetError) -> Result {
    sqlite3_progress_handler(handle, Self.stepsAtOnce, { _ in (try? Progress.reached(0)) == nil ? 1 : 0 }, nil)
    defer { sqlite3_progress_handler(handle, 0, nil, nil) }
    return try body()
  }

  /// Sees one state of the database through all of `body`, whatever other processes write meanwhile.
  /// - Throws: as ``transaction(_:)``.
  func snapshot<Result>(_ body: () throws(FacenetError) -> Result) throws(FacenetError) -> Result {
    try mirror?.follow(in: self)
    try run("BEGIN")
    defer { try? run("COMMIT") }
    try requireInPlace()
    let result = try body()
    guard !isOutOfDate else {
      throw FacenetError(.inputOutput, "\(path) was written to while it was read: try again")
    }
    return result
  }

  /// Gives unused space back, a store's too.
  func compact() throws(FacenetError) {
    try stoppable { () throws(FacenetError) in try run("VACUUM") }
    try mirror?.compact()
  }

  /// SQLite goes on with a deleted file: what it writes there is lost.
  private func requireInPlace() throws(FacenetError) {
    var hasMoved: Int32 = 0
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved)
    guard hasMoved == 0 else {
      throw FacenetError(.inputOutput, "\(path) was deleted or replaced while it was open: open it again")
    }
  }
}
