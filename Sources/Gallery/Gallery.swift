import Core
import Faces
import Glibc
import Search

/// People and the templates of their faces, in an SQLite database, or in the store of a plugin that many machines share; see
/// docs/gallery.md.
///
/// Bound to one model. Any thread: calls that read or write the database wait for each other, searches run together.
/// Other processes may read the same gallery, and write in turns. A function that watches a call's progress must not call the
/// same gallery.
public final class Gallery: Sendable {
  /// Where the database is: a path, or a store's location without its password.
  public let path: String
  /// The model that its templates come from.
  public let model: GalleryModel
  /// How it stores embeddings.
  public let encoding: TemplateEncoding
  /// Whether this process may not write to it: then whatever would change it throws `inputOutput`.
  public let isReadOnly: Bool
  /// Where the index is kept: beside the database itself, whatever link or relative path led to it.
  /// "" for a gallery in a store, whose index is in memory alone.
  package var indexPath: String { cache.path ?? "" }
  /// What opens the gallery once more.
  let location: String
  let identity: Int64
  let cache: IndexCache
  let store: Lock<Connection>
  let search = Lock<SearchState?>(nil)
  let options: GalleryOptions

  /// Opens a gallery.
  /// - Parameter path: of a file, or `SCHEME:...` for a plugin's store of the name SCHEME.
  /// - Throws: `notFound` or `inputOutput`; `corrupt` for what is no gallery; `unsupported` for a later version's.
  public convenience init(path: String, options: GalleryOptions = GalleryOptions()) throws(FacenetError) {
    if let store = Self.opener(of: path) {
      let connection = try Self.mirror(try store(path, false), of: Self.shown(path))
      // Reads the store for the first time.
      try connection.snapshot { () throws(FacenetError) in }
      try self.init(connection, location: path, options)
      return
    }
    guard access(path, F_OK) == 0 else { throw FacenetError(.notFound, "there is no gallery \(path)") }
    try self.init(try Self.connect(path, options), location: path, options)
  }

  private init(_ connection: sending Connection, location: String, _ options: GalleryOptions) throws(FacenetError) {
    let path = connection.path
    _ = try options.milliseconds()
    var facts: (identity: Int64, model: [UInt8], encoding: String, unerased: Int64)?
    try connection.run("SELECT identity, model, encoding, unerased FROM gallery") { row throws(FacenetError) in
      facts = (row.integer(0), row.blob(1) ?? [], row.text(2) ?? "", row.integer(3))
    }
    guard let facts, let encoding = TemplateEncoding(rawValue: facts.encoding) else {
      throw FacenetError(.corrupt, "the gallery \(path) does not say how its templates are stored")
    }
    (self.path, self.location, self.options) = (path, location, options)
    identity = facts.identity
    isReadOnly = connection.isReadOnly
    self.encoding = encoding
    model = try GalleryModel(decoding: facts.model, path: path)
    var index = options.index
    index.seed = UInt64(bitPattern: facts.identity)
    cache = IndexCache(
      path: connection.isMirror ? nil : connection.file + ".index", dimension: model.dimension, options: index)
    store = Lock(connection)
    if facts.unerased != 0, !isReadOnly { eraseWhatWasLeft() }
  }

  private static func connect(_ path: String, _ options: GalleryOptions) throws(FacenetError) -> Connection {
    let connection = try Connection(path: path, wait: try options.milliseconds())
    try Schema.configure(connection)
    try Schema.verify(connection)
    return connection
  }

  static func mirror(_ store: any RecordStore, of path: String) throws(FacenetError) -> Connection {
    let connection = try Connection(mirroring: store, path: path)
    try Schema.configure(connection)
    try Schema.createTables(in: connection)
    return connection
  }

  /// - Throws: `invalidArgument`, saying which model was expected, for any model but the gallery's.
  public func check(_ embedder: Embedder) throws(FacenetError) {
    guard embedder.fingerprint == model.fingerprint else {
      throw FacenetError(
        .invalidArgument,
        "the gallery \(path) is for the model \(model.title), not for "
          + "\(embedder.name) (\(embedder.fingerprint.prefix(12)))")
    }
  }
}

extension Gallery {
  /// Reads one state of the database, which is still the model's: another's embeddings would be taken for its own.
  func read<Result>(_ body: (Connection) throws(FacenetError) -> Result) throws(FacenetError) -> Result {
    try store.withLock { connection throws(FacenetError) in
      if connection.isOutOfDate { connection = try Self.connect(path, options) }
      return try connection.snapshot { () throws(FacenetError) in
        try verifyPlace(connection)
        return try body(connection)
      }
    }
  }

  /// Which state the database is in.
  package func version() throws(FacenetError) -> GalleryVersion {
    try read { connection throws(FacenetError) in try Versions(connection: connection).current() }
  }

  /// Writes all of it or nothing, and counts the change.
  /// - Parameter erasing: whether it takes something out, which the log holds until ``erase()`` is through.
  func write<Result>(erasing: Bool = false, _ body: (Connection) throws(FacenetError) -> Result)
    throws(FacenetError) -> Result
  {
    try store.withLock { connection throws(FacenetError) in
      try connection.transaction { () throws(FacenetError) in
        try verifyPlace(connection)
        let result = try body(connection)
        try connection.run(
          "UPDATE gallery SET changes = changes + 1, unerased = iif(?, changes + 1, unerased)",
          [.integer(erasing ? 1 : 0)])
        try Versions(connection: connection).mark()
        return result
      }
    }
  }

  /// - Throws: `invalidArgument` where somebody has migrated the gallery since it was opened, or put another in its place.
  private func verifyPlace(_ connection: Connection) throws(FacenetError) {
    var found: (identity: Int64, model: [UInt8])?
    try connection.run("SELECT identity, model FROM gallery") { row in found = (row.integer(0), row.blob(1) ?? []) }
    guard let found else { throw FacenetError(.corrupt, "the gallery \(path) does not say which model it is for") }
    guard found.identity == identity else {
      throw FacenetError(.invalidArgument, "another gallery was put in the place of \(path): open it again")
    }
    guard found.model == model.encoded else {
      throw FacenetError(.invalidArgument, "the gallery \(path) was migrated to another model: open it again")
    }
  }

  func templates(in connection: Connection) -> TemplateTable {
    TemplateTable(connection: connection, model: model, encoding: encoding)
  }
}
