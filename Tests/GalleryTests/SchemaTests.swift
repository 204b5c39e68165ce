import Core
import Glibc
import Testing

@testable import Gallery

/// Galleries of every earlier schema open, with all that they hold.
@Suite struct SchemaTests {
  /// As version 1 of the schema made it.
  private static let first = [
    "PRAGMA page_size = 16384", "PRAGMA journal_mode = WAL", "PRAGMA application_id = \(Schema.application)",
    "PRAGMA user_version = 1",
    """
    CREATE TABLE gallery (
      one INTEGER PRIMARY KEY CHECK (one = 1) DEFAULT 1, identity INTEGER NOT NULL, changes INTEGER NOT NULL,
      unerased INTEGER NOT NULL DEFAULT 0, model BLOB NOT NULL, encoding TEXT NOT NULL) STRICT
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
    "CREATE INDEX templates_person ON templates (person)", "CREATE INDEX people_name ON people (name)",
    "INSERT INTO people (name, created) VALUES ('Ada', 1)",
  ]

  private func withFirst(_ body: (String) throws -> Void) throws {
    try withFolder { folder in
      let path = folder + "/gallery.db"
      close(open(path, O_CREAT | O_WRONLY, 0o600))
      let connection = try Connection(path: path, wait: 1000)
      for statement in Self.first { try connection.run(statement) }
      try connection.run(
        "INSERT INTO gallery (identity, changes, model, encoding) VALUES (5, 7, ?, 'float32')",
        [.blob(try testModel().encoded)])
      try connection.run(
        "INSERT INTO templates (person, embedding, time) VALUES (1, ?, 1)",
        [.blob(TemplateEncoding.float32.encode(unit(0)))])
      try body(path)
    }
  }

  @Test func theFirstVersionIsBroughtToThisOne() throws {
    let near = IdentificationOptions(acceptance: .distance(0.1))
    try withFirst { path in
      for _ in 0..<2 {
        let gallery = try Gallery(path: path)
        #expect(try gallery.identify(unit(0), options: near).person?.name == "Ada")
        #expect(try gallery.check() == [])
        #expect(try Connection(path: path, wait: 0).integer("PRAGMA user_version") == Schema.version)
      }
      let gallery = try Gallery(path: path)
      try gallery.enrol("Bob", templates: [Template(unit(1))])
      try gallery.saveIndex()
      #expect(try Gallery(path: path).identify(unit(1), options: near).person?.name == "Bob")
    }
  }

  @Test func severalMayBringItThereAtOnce() throws {
    try withFirst { path in
      let connection = try Connection(path: path, wait: 5000)
      let found = try connection.snapshot { () throws(FacenetError) in
        _ = try connection.integer("SELECT changes FROM gallery")
        return try Gallery(path: path).count().templates
      }
      #expect(found == 1)
      #expect(try Gallery(path: path).count().templates == 1)
    }
  }
}
