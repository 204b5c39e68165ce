import Core

/// A state of a gallery: while its number and its mark are the same, so is all that the gallery holds.
package struct GalleryVersion: Sendable, Hashable {
  /// Transactions that wrote until then.
  let change: Int64
  /// Drawn at random by the last of them: an older copy that is put back and written on counts the same numbers again.
  let mark: Int64
}

/// The states that a gallery went through last, in a connection that sees the present one. One thread at a time.
struct Versions {
  /// Whoever is farther behind than this reads everything anew.
  private static let kept: Int64 = 4096
  static let table = "CREATE TABLE versions (change INTEGER PRIMARY KEY, mark INTEGER NOT NULL) STRICT"

  let connection: Connection

  /// The present state.
  func current() throws(FacenetError) -> GalleryVersion {
    var found: GalleryVersion?
    try connection.run("SELECT changes, mark FROM gallery LEFT JOIN versions ON change = changes") { row in
      found = GalleryVersion(change: row.integer(0), mark: row.integer(1))
    }
    guard let found else {
      throw FacenetError(.corrupt, "the gallery \(connection.path) does not count its changes")
    }
    return found
  }

  /// Whether the gallery came from this state to the present one; false also where that is too long ago to be known.
  func contain(_ version: GalleryVersion) throws(FacenetError) -> Bool {
    let kept = "SELECT 1 FROM versions WHERE change = ? AND mark = ?"
    return try connection.integer(kept, [.integer(version.change), .integer(version.mark)]) != nil
  }

  /// Marks the state that the transaction in progress makes.
  func mark() throws(FacenetError) {
    try connection.run(
      "INSERT OR REPLACE INTO versions (change, mark) SELECT changes, ? FROM gallery",
      [.integer(.random(in: .min ... .max))])
    try connection.run(
      "DELETE FROM versions WHERE change <= (SELECT changes FROM gallery) - ?", [.integer(Self.kept)])
  }
}
