import Core
import Faces
import Glibc
import Search

/// People and the templates of their faces, in an SQLite database; see docs/gallery.md.
///
/// Bound to one model. Any thread: calls that read or write the database wait for each other, searches run together.
/// Other processes may read the same gallery, and write in turns. A function that watches a call's progress must not call the
/// same gallery.
public final class Gallery: Sendable {
  /// Where the database is.
  public let path: String
  /// The model that its templates come from.
  public let model: GalleryModel
  /// How it stores embeddings.
  public let encoding: TemplateEncoding
  /// Where the index is kept: beside the database itself, whatever link or relative path led to it.
  package let indexPath: String
  let store: Lock<Store>
  let search: Lock<SearchState>
  let options: GalleryOptions

  /// Only ever used under the lock.
  struct Store: @unchecked Sendable {
    let connection: Connection
    /// Names the gallery, so that another's index is not taken for its own.
    let identity: Int64
  }

  /// Makes a new gallery for a model.
  /// - Throws: `invalidArgument` where `path` exists already; `inputOutput` or `notFound`, naming the path.
  public convenience init(
    creating path: String, model: GalleryModel, encoding: TemplateEncoding = .float32,
    options: GalleryOptions = GalleryOptions()
  ) throws(FacenetError) {
    let wait = try options.milliseconds()
    try Self.makeFile(path)
    do throws(FacenetError) {
      let connection = try Connection(path: path, wait: wait)
      try Schema.configure(connection)
      try Schema.create(
        in: connection, identity: .random(in: 1...Int64.max), model: model, encoding: encoding)
    } catch {
      for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
      throw error
    }
    try self.init(path: path, options: options)
  }

  /// Opens a gallery.
  /// - Throws: `notFound` or `inputOutput`; `corrupt` for what is no gallery; `unsupported` for a later version's.
  public init(path: String, options: GalleryOptions = GalleryOptions()) throws(FacenetError) {
    guard access(path, F_OK) == 0 else { throw FacenetError(.notFound, "there is no gallery \(path)") }
    let connection = try Connection(path: path, wait: try options.milliseconds())
    try Schema.configure(connection)
    try Schema.verify(connection)
    var facts: (identity: Int64, model: [UInt8], encoding: String, unerased: Int64)?
    try connection.run("SELECT identity, model, encoding, unerased FROM gallery") { row throws(FacenetError) in
      facts = (row.integer(0), row.blob(1) ?? [], row.text(2) ?? "", row.integer(3))
    }
    guard let facts, let encoding = TemplateEncoding(rawValue: facts.encoding) else {
      throw FacenetError(.corrupt, "the gallery \(path) does not say how its templates are stored")
    }
    self.path = path
    self.options = options
    self.encoding = encoding
    indexPath = connection.file + ".index"
    model = try GalleryModel(decoding: facts.model, path: path)
    store = Lock(Store(connection: connection, identity: facts.identity))
    search = Lock(SearchState())
    if facts.unerased != 0 { eraseWhatWasLeft() }
  }

  /// - Throws: `invalidArgument`, saying which model was expected, for any model but the gallery's.
  public func check(_ embedder: Embedder) throws(FacenetError) {
    guard embedder.fingerprint == model.fingerprint else {
      throw FacenetError(
        .invalidArgument,
        "the gallery \(path) is for the model \(model.name) (\(model.fingerprint.prefix(12))), not for "
          + "\(embedder.name) (\(embedder.fingerprint.prefix(12)))")
    }
  }

  /// An empty file that its owner alone may read; SQLite gives those it puts beside it the same mode.
  private static func makeFile(_ path: String) throws(FacenetError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let code = errno
      if code == EEXIST { throw FacenetError(.invalidArgument, "\(path) exists already") }
      throw FacenetError(
        code == ENOENT || code == ENOTDIR ? .notFound : .inputOutput,
        "cannot create the gallery \(path): \(String(cString: strerror(code)))")
    }
    close(descriptor)
  }
}

extension Gallery {
  /// Reads one state of the database, which is still the model's: another's embeddings would be taken for its own.
  func read<Result>(_ body: (Connection) throws(FacenetError) -> Result) throws(FacenetError) -> Result {
    try store.withLock { store throws(FacenetError) in
      let connection = store.connection
      return try connection.snapshot { () throws(FacenetError) in
        try verifyModel(connection)
        return try body(connection)
      }
    }
  }

  /// Writes all of it or nothing, and counts the change.
  /// - Parameter erasing: whether it takes something out, which the log holds until ``erase()`` is through.
  func write<Result>(erasing: Bool = false, _ body: (Connection) throws(FacenetError) -> Result)
    throws(FacenetError) -> Result
  {
    try store.withLock { store throws(FacenetError) in
      let connection = store.connection
      return try connection.transaction { () throws(FacenetError) in
        try verifyModel(connection)
        let result = try body(connection)
        try connection.run(
          "UPDATE gallery SET changes = changes + 1, unerased = iif(?, changes + 1, unerased)",
          [.integer(erasing ? 1 : 0)])
        return result
      }
    }
  }

  /// - Throws: `invalidArgument` where somebody has migrated the gallery since it was opened.
  func verifyModel(_ connection: Connection) throws(FacenetError) {
    var isSame = false
    try connection.run("SELECT model FROM gallery") { row in isSame = row.blob(0) == model.encoded }
    guard isSame else {
      throw FacenetError(.invalidArgument, "the gallery \(path) was migrated to another model: open it again")
    }
  }
}
