import Core
import Glibc
import Search

extension Gallery {
  private static let rowsAtOnce = 16_384
  /// From so many new templates on, the index is worth being saved.
  private static let worthSaving = 4096

  /// The index and who owns its vectors, as the database is now.
  func current() throws(FacenetError) -> (index: VectorIndex, owners: [Int64: Int64], changes: Int64) {
    let (state, failure) = try search.withLock { (state) throws(FacenetError) -> (SearchState, FacenetError?) in
      let failure = try update(&state)
      return (state, failure)
    }
    // Only now: whoever hears of it may call the gallery.
    if let failure { Log.write(.warning, "the index of \(path) could not be saved: \(failure.message)") }
    guard let index = state.index else { throw FacenetError(.internal, "a gallery without an index (\(path))") }
    return (index, state.owners, state.changes)
  }

  /// Does `body` with the index; where the file it was opened from turns out to be damaged, once more with a new one.
  func searching<Result>(
    _ body: (_ index: VectorIndex, _ owners: [Int64: Int64]) throws(FacenetError) -> Result
  ) throws(FacenetError) -> Result {
    let (index, owners, _) = try current()
    do throws(FacenetError) {
      return try body(index, owners)
    } catch {
      guard error.status == .corrupt else { throw error }
      Log.write(.warning, "the index of \(path) is made again: \(error.message)")
      try write { _ throws(FacenetError) in try removeSavedIndex() }
      search.withLock { state in if state.index === index { state = SearchState() } }
      let (index, owners, _) = try current()
      return try body(index, owners)
    }
  }

  /// Writes the index beside the database, so that the next to open the gallery need not build it.
  public func saveIndex() throws(FacenetError) {
    try search.withLock { state throws(FacenetError) in
      _ = try update(&state)
      try save(state)
    }
  }

  /// Nobody may remove people while the index that shows them is written, so it is done as a writer.
  private func save(_ state: SearchState) throws(FacenetError) {
    try store.withLock { store throws(FacenetError) in
      try store.connection.transaction { () throws(FacenetError) in
        guard try store.connection.integer("SELECT changes FROM gallery") == state.changes else { return }
        try state.index?.save(to: indexPath, mode: 0o600)
      }
    }
  }

  /// Deletes the saved index and what an interrupted save left; to be called by a writer.
  func removeSavedIndex() throws(FacenetError) {
    let slash = indexPath.lastIndex(of: "/")
    let folder = slash.map { $0 == indexPath.startIndex ? "/" : String(indexPath[..<$0]) } ?? "."
    let name = slash.map { String(indexPath[indexPath.index(after: $0)...]) } ?? indexPath
    guard let stream = opendir(folder) else {
      throw FacenetError(.inputOutput, "cannot read the folder \(folder): \(String(cString: strerror(errno)))")
    }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let found = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard found == name || found.hasPrefix(name + ".") && found.hasSuffix(".partial") else { continue }
      guard unlink("\(folder)/\(found)") == 0 || errno == ENOENT else {
        throw FacenetError(
          .inputOutput, "cannot delete \(folder)/\(found): \(String(cString: strerror(errno)))")
      }
    }
  }

  /// - Returns: why the index could not be saved, which hinders nothing; nil where it was or need not be.
  private func update(_ state: inout SearchState) throws(FacenetError) -> FacenetError? {
    let isNew = try store.withLock { (store) throws(FacenetError) -> Bool in
      let connection = store.connection
      guard try connection.integer("SELECT changes FROM gallery") != state.changes else { return false }
      return try connection.snapshot { () throws(FacenetError) in try catchUp(&state, store) }
    }
    guard isNew else { return nil }
    do throws(FacenetError) {
      try save(state)
      return nil
    } catch { return error }
  }

  /// - Returns: whether so much was new that the index is worth being saved.
  private func catchUp(_ state: inout SearchState, _ store: Store) throws(FacenetError) -> Bool {
    let connection = store.connection
    try verifyModel(connection)
    let changes = try connection.integer("SELECT changes FROM gallery") ?? 0
    var owners: [Int64: Int64] = [:]
    var numbers: [Int64] = []
    try connection.run("SELECT id, person FROM templates") { row in
      numbers.append(row.integer(0))
      owners[row.integer(0)] = row.integer(1)
    }
    // Until all is done the state shows nothing, so that a failure leaves nothing half done.
    let known = state.index
    (state.index, state.changes) = (nil, -1)
    let index: VectorIndex
    if let known {
      index = known
      try index.remove(state.owners.keys.filter { owners[$0] == nil })
    } else if let saved = savedIndex(store.identity, numbers) {
      index = saved
    } else {
      index = try emptyIndex(store.identity)
    }
    let added = try addMissing(to: index, owners, connection)
    (state.index, state.owners, state.changes) = (index, owners, changes)
    return added >= Self.worthSaving
  }

  private func emptyIndex(_ identity: Int64) throws(FacenetError) -> VectorIndex {
    var options = options.index
    options.seed = UInt64(bitPattern: identity)
    return try VectorIndex(dimension: model.dimension, options: options)
  }

  /// The index beside the database, where it is sound, this gallery's, and holds nothing that the gallery does not.
  /// - Parameter numbers: of all templates; nearly in the index's own order, so that its memory is read as it lies.
  private func savedIndex(_ identity: Int64, _ numbers: [Int64]) -> VectorIndex? {
    guard let saved = try? VectorIndex(path: indexPath, threads: options.index.threads),
      saved.options.seed == UInt64(bitPattern: identity), saved.dimension == model.dimension,
      saved.options.kind == options.index.kind,
      saved.count == numbers.reduce(0, { $0 + (saved.contains($1) ? 1 : 0) })
    else { return nil }
    return saved
  }

  private func addMissing(to index: VectorIndex, _ owners: [Int64: Int64], _ connection: Connection)
    throws(FacenetError) -> Int
  {
    // The index holds nobody else: as many are all.
    guard index.count < owners.count else { return 0 }
    let missing = owners.keys.filter { !index.contains($0) }
    guard let first = missing.min() else { return 0 }
    var (vectors, keys, added): ([Float], [Int64], Int) = ([], [], 0)
    func flush() throws(FacenetError) {
      let batch = Result { () throws(FacenetError) in
        try vectors.withUnsafeBufferPointer { numbers throws(FacenetError) in try index.add(numbers, keys: keys) }
      }
      try batch.get()
      added += keys.count
      (vectors, keys) = ([], [])
      try Progress.reached(Double(added) / Double(missing.count))
    }
    try connection.run("SELECT id, embedding FROM templates WHERE id >= ? ORDER BY id", [.integer(first)]) {
      row throws(FacenetError) in
      let key = row.integer(0)
      guard !index.contains(key) else { return }
      vectors += try row.withBlob(1) { bytes throws(FacenetError) in
        try encoding.decode(bytes, dimension: model.dimension)
      }
      keys.append(key)
      if keys.count == Self.rowsAtOnce { try flush() }
    }
    if !keys.isEmpty { try flush() }
    return added
  }
}
