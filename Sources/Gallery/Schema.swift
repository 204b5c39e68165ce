import Core

/// The tables of a gallery's database; docs/gallery.md explains them.
enum Schema {
  /// "fcnt" in the file's header, for file(1) and for us.
  static let application: Int64 = 0x6663_6e74
  static let version: Int64 = 2

  /// Prepares a connection: every commit is on disk, what is deleted is overwritten, rows keep to each other, and no copy
  /// of them is put into the system's folder for temporary files.
  static func configure(_ connection: Connection) throws(FacenetError) {
    for setting in [
      "foreign_keys = ON", "secure_delete = ON", "synchronous = FULL", "trusted_schema = OFF", "temp_store = MEMORY",
    ] {
      try connection.run("PRAGMA \(setting)")
    }
  }

  /// Makes the tables in an empty database: all of them are in its file when this returns, and none in a log.
  static func create(in connection: Connection, identity: Int64, model: GalleryModel, encoding: TemplateEncoding)
    throws(FacenetError)
  {
    // Seven rows of 512 float32 fit a page of 16 KiB, one a page of 4 KiB.
    try connection.run("PRAGMA page_size = 16384")
    try connection.transaction { () throws(FacenetError) in
      try connection.run("PRAGMA application_id = \(application)")
      try connection.run("PRAGMA user_version = \(version)")
      try createTables(in: connection)
      try begin(connection, identity: identity, model: model, encoding: encoding)
    }
    try keepLog(connection)
  }

  static func createTables(in connection: Connection) throws(FacenetError) {
    for table in tables + [Versions.table] { try connection.run(table) }
  }

  /// Writes what a gallery without people holds, in a transaction.
  static func begin(_ connection: Connection, identity: Int64, model: GalleryModel, encoding: TemplateEncoding)
    throws(FacenetError)
  {
    try connection.run(
      "INSERT INTO gallery (identity, changes, model, encoding) VALUES (?, 0, ?, ?)",
      [.integer(identity), .blob(model.encoded), .text(encoding.rawValue)])
    try Versions(connection: connection).mark()
  }

  /// Brings an earlier version's gallery to this one.
  /// - Throws: `corrupt` for another program's database, `unsupported` for a later version's gallery, and for an earlier one's
  ///   that may only be read.
  static func verify(_ connection: Connection) throws(FacenetError) {
    let path = connection.path
    guard try connection.integer("PRAGMA application_id") == application else {
      throw FacenetError(.corrupt, "\(path) is a database, but not a gallery")
    }
    let found = try connection.integer("PRAGMA user_version") ?? 0
    guard found <= version else {
      throw FacenetError(
        .unsupported, "the gallery \(path) has schema version \(found), this version of the library reads \(version)")
    }
    guard found > 0 else { throw FacenetError(.corrupt, "the gallery \(path) has schema version \(found)") }
    guard !connection.isReadOnly else {
      guard found == version else {
        throw FacenetError(
          .unsupported,
          "the gallery \(path) has schema version \(found): open it once where it may be written, for version \(version)"
        )
      }
      return
    }
    try keepLog(connection)
    if found < version { try migrate(connection) }
  }

  /// What the database has that no gallery has, and what it lacks, a sentence each.
  static func faults(in connection: Connection) throws(FacenetError) -> [String] {
    var missing = Set((tables + [Versions.table]).map(words(of:)))
    var faults: [String] = []
    try connection.run("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite@_%' ESCAPE '@'") { row in
      if missing.remove(words(of: row.text(2) ?? "")) == nil {
        faults.append("the \(row.text(0) ?? "") \(row.text(1) ?? "") is not as a gallery has it")
      }
    }
    return faults + missing.map { "the database lacks what was made by: \($0)" }.sorted()
  }

  /// A statement with single spaces: SQLite keeps the text as it was written.
  private static func words(of statement: String) -> String {
    statement.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
  }

  private static func migrate(_ connection: Connection) throws(FacenetError) {
    try connection.transaction { () throws(FacenetError) in
      // Another process may have been first.
      guard try connection.integer("PRAGMA user_version") == 1 else { return }
      try connection.run(Versions.table)
      try connection.run("ALTER TABLE gallery ADD COLUMN saved INTEGER")
      try Versions(connection: connection).mark()
      try connection.run("PRAGMA user_version = \(version)")
    }
  }

  /// A write-ahead log lets others read while one writes.
  /// - Throws: `unsupported` where the file system has no memory that processes share.
  private static func keepLog(_ connection: Connection) throws(FacenetError) {
    let mode = try connection.text("PRAGMA journal_mode = WAL")
    guard mode == "wal" else {
      throw FacenetError(
        .unsupported,
        "the file system of \(connection.path) cannot hold a write-ahead log: SQLite keeps to \(mode ?? "none")")
    }
  }

  private static let tables = [
    """
    CREATE TABLE gallery (
      one INTEGER PRIMARY KEY CHECK (one = 1) DEFAULT 1, identity INTEGER NOT NULL, changes INTEGER NOT NULL,
      unerased INTEGER NOT NULL DEFAULT 0, model BLOB NOT NULL, encoding TEXT NOT NULL, saved INTEGER) STRICT
    """,
    """
    CREATE TABLE people (
      id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, key TEXT UNIQUE,
      facts TEXT NOT NULL DEFAULT '{}', created REAL NOT NULL) STRICT
    """,
    """
    CREATE TABLE templates (
      id INTEGER PRIMARY KEY AUTOINCREMENT, person INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
      embedding BLOB NOT NULL, photo TEXT, digest BLOB, face BLOB, time REAL NOT NULL, quality REAL,
      thumbnail BLOB) STRICT
    """,
    "CREATE INDEX templates_person ON templates (person)",
    "CREATE INDEX people_name ON people (name)",
  ]
}
