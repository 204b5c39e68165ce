import Core
import Glibc

/// A file that appears under its name only when it is complete: it grows under a temporary name beside it.
///
/// Opened before the work begins, so that a folder that cannot be written is known at once. What is not committed is
/// removed.
final class OutputFile {
  let path: String
  private let temporary: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []

  /// - Throws: `notFound` or `inputOutput`, naming the path.
  init(_ path: String) throws(FacenetError) {
    self.path = path
    temporary = "\(path).\(getpid()).partial"
    descriptor = -1
    var information = stat()
    if stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR {
      throw FacenetError(.inputOutput, "cannot write \(path): it is a folder")
    }
    unlink(temporary)
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure() }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporary)
  }

  /// Adds bytes at the end.
  func append(_ bytes: some Collection<UInt8>) throws(FacenetError) {
    buffer += bytes
    if buffer.count >= 1 << 18 { try flush() }
  }

  /// Puts the file under its name, the bytes from the start replaced by `head` first where that is given.
  func commit(head: [UInt8] = []) throws(FacenetError) {
    try flush()
    let replaced = head.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    guard replaced == head.count, fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw failure() }
    close(descriptor)
    descriptor = -1
  }

  private func flush() throws(FacenetError) {
    var start = 0
    while start < buffer.count {
      let count = buffer.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + start, $0.count - start) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure() }
      start += count
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func failure() -> FacenetError {
    let code = errno
    return FacenetError(
      code == ENOENT || code == ENOTDIR ? .notFound : .inputOutput,
      "cannot write \(path): \(String(cString: strerror(code)))")
  }
}
