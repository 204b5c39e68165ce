import Core

/// Vectors under keys, found by their distance to a query.
///
/// Searches run together; changes wait. A function that watches a call's progress must not call the same index.
public final class VectorIndex: Sendable {
  static let dimensions = 1...65_536
  /// The squared lengths of vectors that an index takes.
  package static var squaredLengths: ClosedRange<Float> { CheckedVectors.squaredLengths }

  /// Numbers in a vector.
  public let dimension: Int
  /// What the index was made with.
  public let options: IndexOptions
  private let contents: SharedLock<Contents>

  fileprivate struct Contents {
    let store: VectorStore
    let method: any SearchMethod
    /// The file that the index was opened from.
    let file: IndexFile?
  }

  /// Creates an empty index.
  /// - Parameter dimension: numbers in a vector, 1 to 65,536.
  /// - Throws: `invalidArgument` for a dimension or an option out of range.
  public init(dimension: Int, options: IndexOptions = IndexOptions()) throws(FacenetError) {
    guard Self.dimensions.contains(dimension) else {
      throw FacenetError(.invalidArgument, "the dimension must be 1 to \(Self.dimensions.upperBound), got \(dimension)")
    }
    try options.validate()
    self.dimension = dimension
    self.options = options
    contents = SharedLock(
      Contents(
        store: try VectorStore(dimension: dimension),
        method: try options.maker.make(dimension, options), file: nil))
  }

  /// Opens an index that was saved, without reading it whole.
  ///
  /// Each part is compared with its checksum when it is first used. The file may be replaced, as ``save(to:)`` does, but
  /// must not be changed in place while the index lives.
  /// - Parameter threads: at most this many work on a call, 1 to 1024; 0 means one a processor.
  /// - Throws: `notFound`, `inputOutput`; `corrupt` for what is no index; `unsupported` for a newer version's file, and
  ///   for one whose kind is a plugin's that is not loaded; `invalidArgument`.
  public init(path: String, threads: Int = 1) throws(FacenetError) {
    try IndexOptions(threads: threads).validate()
    let file = try IndexFile(path: path)
    do throws(FacenetError) {
      let header = try IndexHeader(file, threads: threads)
      let store = try VectorStore(reading: file, dimension: header.dimension, count: header.count)
      dimension = header.dimension
      options = header.options
      contents = SharedLock(
        Contents(
          store: store,
          method: try header.options.maker.read(file, store, header.options), file: file))
    } catch { throw error.located(in: path) }
  }

  /// How the index searches now: never `auto`, but the kind that was chosen.
  public var kind: IndexKind { contents.read { ($0.method as? AutoMethod)?.kind ?? options.kind } }

  /// The ``IndexFile/digest`` of the file that it was opened from.
  package var fileDigest: Int64? { contents.read { $0.file?.digest } }

  /// Vectors in the index.
  public var count: Int { contents.read { $0.store.count } }

  /// Whether the index has a vector under this key.
  public func contains(_ key: Int64) -> Bool { contents.read { $0.store.slot(of: key) != nil } }

  /// The vector under this key; nil where there is none.
  /// - Throws: `corrupt` where the opened file is not what was saved.
  public func vector(of key: Int64) throws(FacenetError) -> [Float]? {
    try contents.read { contents throws(FacenetError) in
      guard let slot = contents.store.slot(of: key) else { return nil }
      try contents.store.verify(slot..<slot + 1)
      return Array(UnsafeBufferPointer(start: contents.store.row(slot), count: dimension))
    }
  }
}

extension VectorIndex {
  /// Adds vectors, all or none.
  /// - Parameters:
  ///   - vectors: `keys.count * dimension` numbers, one vector after the other.
  ///   - keys: a key for each.
  /// - Throws: `invalidArgument`, naming the vector, for one that holds a value that is not finite, whose length lies outside
  ///   1e-6 to 1e6, or whose key the index has already or is given twice; `tooLarge`; `cancelled`.
  public func add(_ vectors: UnsafeBufferPointer<Float>, keys: [Int64]) throws(FacenetError) {
    let checked = try check(vectors, keys)
    try contents.change { contents throws(FacenetError) in
      for (index, key) in keys.enumerated() where contents.store.slot(of: key) != nil {
        throw FacenetError(.invalidArgument, "vector \(index): the index has the key \(key) already")
      }
      try contents.append(checked, Array(keys.indices), keys)
    }
  }

  /// Adds vectors or puts them in the place of those that had their keys, all or none; see
  /// ``add(_:keys:)-(UnsafeBufferPointer<Float>,_)``.
  public func replace(_ vectors: UnsafeBufferPointer<Float>, keys: [Int64]) throws(FacenetError) {
    let checked = try check(vectors, keys)
    try contents.change { contents throws(FacenetError) in
      let (store, method) = (contents.store, contents.method)
      let slots = keys.map { store.slot(of: $0) }
      try contents.append(checked, keys.indices.filter { slots[$0] == nil }, keys)
      for (index, slot) in slots.enumerated() {
        guard let slot else { continue }
        store.replace(slot: slot, with: checked, index)
        method.replaced(slot: slot, in: store)
      }
    }
  }

  /// Removes the vectors under these keys.
  /// - Returns: how many there were.
  /// - Throws: `corrupt` where the opened file is not what was saved, `tooLarge`.
  @discardableResult
  public func remove(_ keys: [Int64]) throws(FacenetError) -> Int {
    try contents.change { contents throws(FacenetError) in
      try contents.store.reserve(adding: 0)
      try contents.method.becomeWritable()
      var removed = 0
      for key in keys {
        guard let slot = contents.store.slot(of: key) else { continue }
        contents.store.remove(slot: slot)
        contents.method.removed(slot: slot, last: contents.store.count, in: contents.store)
        removed += 1
      }
      return removed
    }
  }

  private func check(_ vectors: UnsafeBufferPointer<Float>, _ keys: [Int64]) throws(FacenetError) -> CheckedVectors {
    guard vectors.count == keys.count * dimension else {
      throw FacenetError(
        .invalidArgument,
        "\(keys.count) keys want \(keys.count) vectors of \(dimension) numbers each, got \(vectors.count) numbers")
    }
    var seen = Set<Int64>(minimumCapacity: keys.count)
    for (index, key) in keys.enumerated() where !seen.insert(key).inserted {
      throw FacenetError(.invalidArgument, "vector \(index): the key \(key) is given twice")
    }
    return try CheckedVectors(vectors, dimension: dimension, what: "vector")
  }
}

extension VectorIndex {
  /// The nearest vectors to each query.
  /// - Parameters:
  ///   - queries: any number of vectors, one after the other.
  ///   - nearest: vectors wanted for each, 0 or more.
  ///   - allowed: keys that may be found; nil for all.
  /// - Returns: for each query at most `nearest` vectors, nearest first, of equally near ones the smaller key first.
  /// - Throws: `invalidArgument`, naming the query; `corrupt` where the opened file is not what was saved; `cancelled`.
  public func search(_ queries: UnsafeBufferPointer<Float>, nearest: Int, allowed: Set<Int64>? = nil)
    throws(FacenetError) -> [[Neighbour]]
  {
    try search(queries, nearest: nearest, allowed: allowed, counting: nil)
  }

  /// The nearest vectors to each query, as ``search(_:nearest:allowed:)-(UnsafeBufferPointer<Float>,_,_)`` finds them.
  /// - Parameter statistics: becomes what was looked at for each query.
  public func search(
    _ queries: UnsafeBufferPointer<Float>, nearest: Int, allowed: Set<Int64>? = nil,
    statistics: inout [SearchStatistics]
  ) throws(FacenetError) -> [[Neighbour]] {
    let counts = Lock([SearchStatistics](repeating: SearchStatistics(), count: queries.count / dimension))
    let found = try search(queries, nearest: nearest, allowed: allowed, counting: counts)
    statistics = counts.withLock { $0 }
    return found
  }

  private func search(
    _ queries: UnsafeBufferPointer<Float>, nearest: Int, allowed: Set<Int64>?, counting: Lock<[SearchStatistics]>?
  ) throws(FacenetError) -> [[Neighbour]] {
    guard nearest >= 0 else {
      throw FacenetError(.invalidArgument, "the number of nearest vectors must be 0 or more, got \(nearest)")
    }
    let packed = try PackedVectors(queries, dimension: dimension)
    let nothing = [[Neighbour]](repeating: [], count: packed.count)
    return try contents.read { contents throws(FacenetError) in
      let store = contents.store
      let allowed = allowed.map { SlotSet($0, in: store) }
      let wanted = min(nearest, allowed?.count ?? store.count)
      guard wanted > 0, packed.count > 0 else { return nothing }
      let threads = options.threads == 0 ? ThreadPool.processors : options.threads
      return try contents.method.search(
        SearchRequest(queries: packed, nearest: wanted, allowed: allowed, threads: threads, statistics: counting),
        in: store)
    }
  }
}

extension VectorIndex {
  /// Writes the index so that `path` holds either what it held before or all of it.
  /// - Throws: `inputOutput` or `notFound`, naming the path; `corrupt` where the opened file is not what was saved.
  public func save(to path: String) throws(FacenetError) { try save(to: path, mode: 0o666) }

  /// - Parameter mode: who may read and write a new file, less what the process's mask takes away.
  package func save(to path: String, mode: UInt32) throws(FacenetError) {
    try contents.read { contents throws(FacenetError) in
      try contents.file?.check()
      let header = IndexHeader(dimension: dimension, count: contents.store.count, options: options)
      let sections = try header.sections + contents.store.sections() + contents.method.sections()
      try IndexFileWriter.write(sections, to: path, mode: mode)
    }
  }

  /// Reads all of the file that the index was opened from, compares it with its checksums, and looks whether vectors, keys
  /// and tables fit each other.
  /// - Throws: `corrupt`, naming the file and the first that is wrong; `cancelled`.
  public func check() throws(FacenetError) {
    try contents.read { contents throws(FacenetError) in
      guard let file = contents.file else { return }
      try file.check()
      do throws(FacenetError) {
        try contents.store.check()
        try contents.method.check(in: contents.store)
      } catch { throw error.located(in: file.path) }
    }
  }
}

extension VectorIndex.Contents {
  /// Adds some of the vectors, all or nothing.
  fileprivate func append(_ vectors: CheckedVectors, _ indices: [Int], _ keys: [Int64]) throws(FacenetError) {
    try store.reserve(adding: indices.count)
    try method.becomeWritable()
    guard indices.count > 0 else { return }
    let staged = store.stage(vectors, indices, keys: keys)
    try method.append(staged, in: store)
    store.commit(staged)
  }
}
