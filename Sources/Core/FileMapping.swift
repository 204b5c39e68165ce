import Glibc

/// A regular file that can be read as memory, without being read whole.
///
/// Whoever replaces the file by another of its name does no harm; whoever shortens it in place kills the process that
/// reads behind the new end. Immutable: any thread.
package final class FileMapping: @unchecked Sendable {
  package let bytes: UnsafeRawBufferPointer
  private let descriptor: Int32

  /// - Throws: `notFound`, `inputOutput` or `invalidArgument`, each naming the path.
  package init(path: String) throws(FacenetError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw File.failure("open", path) }
    var information = stat()
    guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FacenetError(.invalidArgument, "\(path) is not a regular file")
    }
    let size = Int(information.st_size)
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let pages = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let pages, pages != MAP_FAILED else {
      let failure = File.failure("map", path)
      close(descriptor)
      throw failure
    }
    bytes = UnsafeRawBufferPointer(start: pages, count: size)
  }

  deinit {
    if let pages = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: pages), bytes.count) }
    close(descriptor)
  }

  /// Whether the file still has all of these bytes: a late warning, no protection.
  package var isWhole: Bool {
    var information = stat()
    return fstat(descriptor, &information) == 0 && Int(information.st_size) >= bytes.count
  }
}
