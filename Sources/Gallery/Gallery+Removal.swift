import Core
import Glibc

extension Gallery {
  /// Removes people and all that belongs to them, all or none: from the database, its log and the saved index.
  /// - Throws: `notFound` for a person who is not there; `inputOutput` where another process reads an older state for
  ///   longer than is waited: the people are removed, but their data is in the log until somebody opens or compacts the gallery.
  public func remove(people: [Int64]) throws(FacenetError) {
    try remove(people, "DELETE FROM people WHERE id = ?", what: "person")
  }

  /// Removes templates, all or none; see ``remove(people:)``.
  public func remove(templates: [Int64]) throws(FacenetError) {
    try remove(templates, "DELETE FROM templates WHERE id = ?", what: "template")
  }

  private func remove(_ identifiers: [Int64], _ statement: String, what: String) throws(FacenetError) {
    try write(erasing: true) { connection throws(FacenetError) in
      for identifier in identifiers {
        try connection.run(statement, [.integer(identifier)])
        guard connection.changes > 0 else {
          throw FacenetError(.notFound, "there is no \(what) \(identifier) in \(path)")
        }
      }
      try cache.remove()
    }
    try erase()
  }

  /// Writes the log into the database and empties it, then notes that the changes before are erased.
  func erase() throws(FacenetError) {
    try store.withLock { connection throws(FacenetError) in
      let unerased = try connection.integer("SELECT unerased FROM gallery") ?? 0
      var isBusy = false
      try connection.run("PRAGMA wal_checkpoint(TRUNCATE)") { row in isBusy = row.integer(0) != 0 }
      if isBusy {
        throw FacenetError(
          .inputOutput,
          "the change is made, but another process still reads the older state of \(path): compact it later")
      }
      // Without the note the next to open the gallery erases once more, which does no harm.
      if unerased != 0 {
        try? connection.run("UPDATE gallery SET unerased = 0 WHERE unerased = ?", [.integer(unerased)])
      }
    }
  }

  /// Erases what a process took out that ended before its log was empty.
  func eraseWhatWasLeft() {
    do throws(FacenetError) { try erase() } catch {
      Log.write(.warning, "what was removed from \(path) is still in its log: \(error.message)")
    }
  }

  /// Gives unused space back, empties the log and makes the index again, so that nothing is left of what it learnt of people
  /// who were removed. For the while it takes as much memory as the database has bytes.
  public func compact() throws(FacenetError) {
    try Progress.part(from: 0, to: 0.2) { () throws(FacenetError) in
      try store.withLock { connection throws(FacenetError) in
        try connection.compact()
      }
    }
    try erase()
    try forgetIndex()
    try Progress.part(from: 0.2, to: 1) { () throws(FacenetError) in try saveIndex() }
  }
}
