import Core
import Glibc

extension Gallery {
  /// Removes people and all that belongs to them, all or none: from the database, its log and the saved index.
  /// - Throws: `notFound` for a person who is not there; `inputOutput` where another process reads an older state for
  ///   longer than is waited: the people are removed, but ``compact()`` has to be called to overwrite the log.
  public func remove(people: [Int64]) throws(FacenetError) {
    try remove(people, "DELETE FROM people WHERE id = ?", what: "person")
  }

  /// Removes templates, all or none; see ``remove(people:)``.
  public func remove(templates: [Int64]) throws(FacenetError) {
    try remove(templates, "DELETE FROM templates WHERE id = ?", what: "template")
  }

  private func remove(_ identifiers: [Int64], _ statement: String, what: String) throws(FacenetError) {
    try write { connection throws(FacenetError) in
      for identifier in identifiers {
        try connection.run(statement, [.integer(identifier)])
        guard connection.changes > 0 else {
          throw FacenetError(.notFound, "there is no \(what) \(identifier) in \(path)")
        }
      }
      try removeSavedIndex()
    }
    try erase()
  }

  /// Writes the log into the database and empties it.
  func erase() throws(FacenetError) {
    try store.withLock { store throws(FacenetError) in
      var isBusy = false
      try store.connection.run("PRAGMA wal_checkpoint(TRUNCATE)") { row in isBusy = row.integer(0) != 0 }
      if isBusy {
        throw FacenetError(
          .inputOutput,
          "the change is made, but another process still reads the older state of \(path): compact it later")
      }
    }
  }

  /// Gives unused space back and empties the log.
  public func compact() throws(FacenetError) {
    try store.withLock { store throws(FacenetError) in try store.connection.run("VACUUM") }
    try erase()
    try saveIndex()
  }
}
