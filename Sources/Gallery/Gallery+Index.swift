import Core
import Search

extension Gallery {
  /// From so many new templates on, the index is worth being saved.
  private static let worthSaving = 4096

  /// The index and who owns its vectors, as the database is now.
  func current() throws(FacenetError) -> SearchState {
    let (state, failure) = try search.withLock { (state) throws(FacenetError) -> (SearchState, FacenetError?) in
      var current = try update(&state)
      guard current.unsaved >= Self.worthSaving, !isReadOnly else { return (current, nil) }
      var failure: FacenetError?
      do throws(FacenetError) { try save(current) } catch { failure = error }
      current.unsaved = 0
      state = current
      return (current, failure)
    }
    // Only now: whoever hears of it may call the gallery.
    if let failure { Log.write(.warning, "the index could not be saved: \(failure.message)") }
    return state
  }

  /// Does `body` with the index; where the file it was opened from turns out to be damaged, once more with a new one.
  func searching<Result>(_ body: (SearchState) throws(FacenetError) -> Result) throws(FacenetError) -> Result {
    let state = try current()
    do throws(FacenetError) {
      return try body(state)
    } catch {
      guard error.status == .corrupt else { throw error }
      Log.write(.warning, "the index is made again: \(error.message)")
      if isReadOnly { try makeIndexAgain() } else { try forgetIndex() }
      return try body(try current())
    }
  }

  /// Writes the index beside the database, so that the next to open the gallery need not build it.
  public func saveIndex() throws(FacenetError) {
    try search.withLock { state throws(FacenetError) in
      let current = try Progress.part(from: 0, to: 0.8) { () throws(FacenetError) in try update(&state) }
      try Progress.part(from: 0.8, to: 1) { () throws(FacenetError) in try save(current) }
      state?.unsaved = 0
    }
  }

  /// Makes the index without the saved one, which stays where it is.
  private func makeIndexAgain() throws(FacenetError) {
    try search.withLock { state throws(FacenetError) in
      state = nil
      state = try read { connection throws(FacenetError) in
        try SearchState(templates(in: connection), cache, usesSaved: false)
      }
    }
  }

  /// Deletes the saved index and forgets the one in memory, with all that it learnt of the templates.
  func forgetIndex() throws(FacenetError) {
    try search.withLock { state throws(FacenetError) in
      state = nil
      try write { _ throws(FacenetError) in try cache.remove() }
    }
  }

  /// Nobody may remove people while the index that shows them is written, so it is done as a writer.
  private func save(_ state: SearchState) throws(FacenetError) {
    try store.withLock { connection throws(FacenetError) in
      try connection.transaction { () throws(FacenetError) in
        guard try Versions(connection: connection).current() == state.version else { return }
        try cache.save(state.index, in: connection)
      }
    }
  }

  private func update(_ state: inout SearchState?) throws(FacenetError) -> SearchState {
    try read { connection throws(FacenetError) in
      let table = templates(in: connection)
      // Until all is done there is none, so that a failure leaves nothing half done.
      guard var known = state.take(), try table.versions.contain(known.version) else {
        // The first time, or an older copy of the database was put back.
        let made = try SearchState(table, cache)
        state = made
        return made
      }
      try known.follow(table)
      state = known
      return known
    }
  }
}
