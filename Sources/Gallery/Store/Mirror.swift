import CSQLite
import Core

/// How a database in memory shows what is in a store. One thread at a time.
///
/// Before each read it takes over what others committed; each transaction that wrote rows hands them to the store, which
/// says whether somebody else was first.
final class Mirror {
  private let store: any RecordStore
  /// The version of the store that the database shows; 0: none.
  private var version: UInt64 = 0
  /// Keys of the rows that the transaction in progress touched; nil outside of one.
  private var touched: Set<UInt64>?
  private var failure: FacenetError?

  init(of store: any RecordStore) { self.store = store }

  /// Notes which rows the database's statements touch, for as long as both live.
  func watch(_ database: OpaquePointer) {
    sqlite3_update_hook(
      database,
      { mirror, _, _, table, row in
        guard let mirror, let table else { return }
        Unmanaged<Mirror>.fromOpaque(mirror).takeUnretainedValue().note(table, row)
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  private func note(_ name: UnsafePointer<CChar>, _ row: Int64) {
    guard touched != nil, let table = MirroredTable.named[String(cString: name)] else { return }
    do throws(FacenetError) { touched?.insert(try table.key(of: row)) } catch { failure = failure ?? error }
  }

  /// Brings the database, in which no transaction runs, to the store's present state.
  func follow(in connection: Connection) throws(FacenetError) {
    touched = nil
    if version > 0, try store.isCurrent(version) { return }
    // The last commit that is known is read again: another history has another mark there.
    if version > 0, try read(after: version - 1, connection) { return }
    version = 0
    _ = try read(after: 0, connection)
  }

  /// - Returns: false, with nothing changed, where the store did not come from the state that the database shows.
  private func read(after: UInt64, _ connection: Connection) throws(FacenetError) -> Bool {
    let newest = try connection.all { () throws(FacenetError) -> UInt64? in
      let known = version == 0 ? nil : try Versions(connection: connection).current()
      // Records come in any order.
      try connection.run("PRAGMA defer_foreign_keys = ON")
      if known == nil { try empty(connection) }
      let writer = RecordWriter(to: connection)
      let newest = try store.changes(after: after, to: writer)
      try writer.finish()
      guard !connection.hasOrphans else {
        throw FacenetError(.corrupt, "the store of \(connection.path) has templates of nobody")
      }
      guard let known else {
        guard newest == 0 || writer.hasNumbers else {
          throw FacenetError(.corrupt, "the store of \(connection.path) lacks the numbers that were given")
        }
        return newest
      }
      guard newest >= version, try Versions(connection: connection).contain(known) else { return nil }
      return newest
    }
    guard let newest else { return false }
    version = newest
    return true
  }

  private func empty(_ connection: Connection) throws(FacenetError) {
    for table in ["templates", "people", "versions", "gallery", "sqlite_sequence"] {
      try connection.run("DELETE FROM \(table)")
    }
  }

  func begin() { (touched, failure) = ([], nil) }

  /// Hands the rows that were touched to the store.
  /// - Returns: false where somebody else has committed first, and the database has to take back what it did.
  func commit(_ connection: Connection) throws(FacenetError) -> Bool {
    if let failure { throw failure }
    guard let touched, !touched.isEmpty else { return true }
    var records: [StoreRecord] = []
    for key in touched.sorted() { records.append(try record(key, connection)) }
    records.append(try record(MirroredTable.numbers.key(of: 1), connection))
    return try store.commit(records, expected: version)
  }

  /// The database has committed what the store has; without this call it reads its own commit once more.
  func end() {
    if touched?.isEmpty == false { version += 1 }
    touched = nil
  }

  func compact() throws(FacenetError) { try store.compact() }

  private func record(_ key: UInt64, _ connection: Connection) throws(FacenetError) -> StoreRecord {
    let (table, row) = try MirroredTable.row(of: key)
    var bytes: [UInt8]?
    try connection.run(table.selection, [.integer(row)]) { found throws(FacenetError) in
      bytes = try RowEncoding.encode(table.columns.indices.map { found.value(Int32($0)) })
    }
    return StoreRecord(key: key, bytes: bytes)
  }
}
