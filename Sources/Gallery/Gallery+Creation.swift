import Core
import Glibc

extension Gallery {
  /// Makes a new gallery for a model, whole or not at all.
  /// - Parameter path: of a file, or `SCHEME:...` for a plugin's store of the name SCHEME.
  /// - Throws: `invalidArgument` where `path`, or a log of what was there, exists already; `inputOutput` or `notFound`, naming
  ///   the path.
  public convenience init(
    creating path: String, model: GalleryModel, encoding: TemplateEncoding = .float32,
    options: GalleryOptions = GalleryOptions()
  ) throws(FacenetError) {
    let wait = try options.milliseconds()
    if let store = Self.opener(of: path) {
      try Self.begin(try store(path, true), named: Self.shown(path), model, encoding)
      try self.init(path: path, options: options)
      return
    }
    try Connection.check(path: path)
    // A log that an earlier database left would be taken for the new one's.
    for name in ["", "-wal", "-journal"].map({ path + $0 }) where access(name, F_OK) == 0 {
      throw FacenetError(.invalidArgument, "\(name) exists already")
    }
    let partial = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).partial"
    defer { for suffix in ["", "-journal", "-wal", "-shm"] { unlink(partial + suffix) } }
    try Self.write(partial, named: path, wait, model, encoding)
    // Unlike a renaming, a second link replaces nothing.
    guard link(partial, path) == 0 else { throw Self.failure(path) }
    try self.init(path: path, options: options)
  }

  /// Commits an empty gallery to a store that has none.
  private static func begin(
    _ store: any RecordStore, named path: String, _ model: GalleryModel, _ encoding: TemplateEncoding
  ) throws(FacenetError) {
    let connection = try mirror(store, of: path)
    try connection.transaction { () throws(FacenetError) in
      guard try connection.integer("SELECT 1 FROM gallery") == nil else {
        throw FacenetError(.invalidArgument, "\(path) exists already")
      }
      try Schema.begin(connection, identity: .random(in: 1...Int64.max), model: model, encoding: encoding)
    }
  }

  /// Writes an empty gallery that its owner alone may read; SQLite gives the files it puts beside it the same mode.
  private static func write(
    _ partial: String, named path: String, _ wait: Int32, _ model: GalleryModel, _ encoding: TemplateEncoding
  ) throws(FacenetError) {
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(path) }
    close(descriptor)
    let connection = try Connection(path: path, wait: wait, file: partial)
    try Schema.configure(connection)
    try Schema.create(in: connection, identity: .random(in: 1...Int64.max), model: model, encoding: encoding)
  }

  private static func failure(_ path: String) -> FacenetError {
    let code = errno
    if code == EEXIST { return FacenetError(.invalidArgument, "\(path) exists already") }
    return FacenetError(
      code == ENOENT || code == ENOTDIR ? .notFound : .inputOutput,
      "cannot create the gallery \(path): \(String(cString: strerror(code)))")
  }
}
