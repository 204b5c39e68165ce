import Core
import Glibc
import Search

/// The copy of a gallery's index beside its database: it may be deleted at any time, for it can be made again. The
/// database notes which file was saved, so that one of another copy's history is not taken for it.
///
/// Immutable: any thread. Who saves or removes it must be a writer of the gallery, so that it never shows a person whose
/// removal was acknowledged.
struct IndexCache: Sendable {
  /// Nil: nothing is saved.
  let path: String?
  let dimension: Int
  /// What the index is to be. The seed names the gallery, so that another's index is not taken for its own.
  let options: IndexOptions

  /// The saved index, where it is sound, what is wanted, and holds nothing but these templates; else nil.
  /// - Parameter templates: all that the gallery has, nearly in the index's own order, so that its memory is read as it
  ///   lies.
  func index(of templates: [Int64], in connection: Connection) throws(FacenetError) -> VectorIndex? {
    guard let path, let noted = try connection.integer("SELECT saved FROM gallery WHERE saved IS NOT NULL"),
      let saved = try? VectorIndex(path: path, threads: options.threads), saved.fileDigest == noted,
      saved.dimension == dimension, saved.options == options,
      saved.count == templates.count(where: { saved.contains($0) }),
      // What is added to is read whole, and must be what was saved.
      saved.count == templates.count || (try? saved.check()) != nil
    else { return nil }
    return saved
  }

  func emptyIndex() throws(FacenetError) -> VectorIndex { try VectorIndex(dimension: dimension, options: options) }

  /// Writes the index, and notes in the transaction in progress that it did.
  func save(_ index: VectorIndex, in connection: Connection) throws(FacenetError) {
    guard let path else { return }
    try index.save(to: path, mode: 0o600)
    try connection.run("UPDATE gallery SET saved = ?", [.integer(try IndexFile(path: path).digest)])
  }

  /// Deletes the saved index and what an interrupted save left.
  func remove() throws(FacenetError) {
    guard let path else { return }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let (folder, name) = (parts.dropLast().joined(separator: "/"), parts.last ?? "")
    for found in try File.names(in: folder.isEmpty ? "/" : folder) {
      guard found == name || found.hasPrefix(name + ".") && found.hasSuffix(".partial") else { continue }
      guard unlink("\(folder)/\(found)") == 0 || errno == ENOENT else {
        throw File.failure("delete", "\(folder)/\(found)")
      }
    }
  }
}
