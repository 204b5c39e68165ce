import Core
import Glibc

/// The folder of an export: people.jsonl, a person a line, with what is known of each template; templates.npy, the embeddings
/// in that order; model.txt, six lines. While `export.partial` lies there too, they are no export.
struct ExportFolder {
  private static let partial = "export.partial"

  let path: String

  var people: String { "\(path)/people.jsonl" }
  var templates: String { "\(path)/templates.npy" }
  var model: String { "\(path)/model.txt" }
  private var partial: String { "\(path)/\(Self.partial)" }

  /// Writes the files, all or none: where `body` throws, the folder is as it was before.
  ///
  /// What a process left that was killed meanwhile goes first.
  /// - Parameter body: writes the three files.
  /// - Throws: `invalidArgument` where the folder holds anything else; `inputOutput` or `notFound`, naming the path, also
  ///   where another process exports to it now.
  func fill(_ body: () throws(FacenetError) -> Void) throws(FacenetError) {
    let isNew = mkdir(path, 0o700) == 0
    guard isNew || errno == EEXIST else { throw File.failure("make the folder", path) }
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw File.failure("open the folder", path) }
    defer { close(folder) }
    guard flock(folder, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      throw FacenetError(.inputOutput, "another process is exporting to \(path)")
    }
    try clear()
    do throws(FacenetError) {
      try mark()
      try sync(folder)
      try body()
      try sync(folder)
      guard unlink(partial) == 0 else { throw File.failure("write", partial) }
      try sync(folder)
    } catch {
      try? clear()
      if isNew { rmdir(path) }
      throw error
    }
  }

  /// - Throws: `corrupt` where an export was not finished.
  func requireWhole() throws(FacenetError) {
    guard access(partial, F_OK) != 0 else {
      throw FacenetError(.corrupt, "\(path) holds no whole export: writing it was interrupted, or is not over")
    }
  }

  private func mark() throws(FacenetError) {
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw File.failure("write", partial) }
    close(descriptor)
  }

  private func sync(_ folder: Int32) throws(FacenetError) {
    guard fsync(folder) == 0 || errno == EINVAL else { throw File.failure("write", path) }
  }

  /// Deletes what is left of an export that was not finished.
  private func clear() throws(FacenetError) {
    let names = try File.names(in: path)
    guard !names.isEmpty else { return }
    guard names.contains(Self.partial), names.allSatisfy(isOurs) else {
      throw FacenetError(
        .invalidArgument,
        "\(path) is not empty: an export goes to a new or an empty folder, so that it replaces nothing")
    }
    // The mark goes last.
    for file in names.filter({ $0 != Self.partial }).map({ "\(path)/\($0)" }) + [partial] {
      guard unlink(file) == 0 || errno == ENOENT else { throw File.failure("delete", file) }
    }
  }

  private func isOurs(_ name: String) -> Bool {
    let file = "\(path)/\(name)"
    return file == partial
      || [people, templates, model].contains { file == $0 || file.hasPrefix($0 + ".") && file.hasSuffix(".partial") }
  }
}
