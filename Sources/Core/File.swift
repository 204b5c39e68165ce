import Glibc

/// Whole files in and out of memory.
package enum File {
  /// The bytes of a regular file of at most `limit` bytes.
  /// - Throws: `notFound`, `inputOutput` or `tooLarge`, each naming the path.
  package static func read(_ path: String, limit: Int = 1 << 33) throws(FacenetError) -> [UInt8] {
    let buffer = try load(path, limit: limit)
    return withExtendedLifetime(buffer) { Array(buffer.bytes) }
  }

  /// A part of a regular file, read into memory of its own: a mapped file that somebody shortens would kill the process.
  /// - Parameter count: bytes from `offset` on; nil for all to the end.
  /// - Throws: `notFound`, `inputOutput`, `corrupt` where the file is too short, `tooLarge`, each naming the path.
  package static func load(_ path: String, offset: Int = 0, count: Int? = nil, limit: Int = 1 << 33)
    throws(FacenetError) -> AlignedBuffer
  {
    // Without O_NONBLOCK the opening of a pipe that nobody writes to would never return.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { throw failure("read", path) }
    let size = try Self.size(information, path)
    let wanted = count ?? max(0, size - offset)
    guard wanted <= limit else { throw FacenetError(.tooLarge, "\(path) has \(wanted) bytes, the limit is \(limit)") }
    guard offset <= size, wanted <= size - offset else {
      throw FacenetError(.corrupt, "\(path) has \(size) bytes, wanted \(wanted) from \(offset) on")
    }
    let buffer = try AlignedBuffer(count: wanted, isFilled: true)
    var got = 0
    while got < wanted {
      let more = pread(descriptor, buffer.bytes.baseAddress! + got, wanted - got, off_t(offset + got))
      if more < 0 && errno == EINTR { continue }
      guard more >= 0 else { throw failure("read", path) }
      guard more > 0 else { throw FacenetError(.corrupt, "\(path) ended after \(offset + got) bytes of \(size)") }
      got += more
    }
    return buffer
  }

  /// The names of what is in a folder, but for `.` and `..`, in no order; what is not UTF-8 in one is replaced.
  /// - Throws: `inputOutput` or `notFound`, naming the path.
  package static func names(in folder: String) throws(FacenetError) -> [String] {
    guard let stream = opendir(folder) else { throw failure("read the folder", folder) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// How many bytes a regular file has.
  /// - Throws: `notFound`, `inputOutput` or `invalidArgument`, each naming the path.
  package static func size(_ path: String) throws(FacenetError) -> Int {
    var information = stat()
    guard stat(path, &information) == 0 else { throw failure("open", path) }
    return try size(information, path)
  }

  private static func size(_ information: stat, _ path: String) throws(FacenetError) -> Int {
    guard information.st_mode & S_IFMT == S_IFREG else {
      throw FacenetError(.invalidArgument, "\(path) is not a regular file")
    }
    return Int(information.st_size)
  }

  /// At most `limit` bytes of a file whose size the system does not say beforehand.
  /// - Throws: `notFound` or `inputOutput`, naming the path.
  package static func readStream(_ path: String, limit: Int) throws(FacenetError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: limit)
    var got = 0
    while got < limit {
      let more = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + got, limit - got) }
      if more < 0 && errno == EINTR { continue }
      guard more >= 0 else { throw failure("read", path) }
      if more == 0 { break }
      got += more
    }
    return Array(bytes[..<got])
  }

  /// Writes a file so that `path` holds either what it held before or all of `bytes`: temporary name, sync, rename.
  /// - Parameter mode: who may read and write a new file, less what the process's mask takes away.
  /// - Throws: `invalidArgument` where `path` is something else than a regular file, which the rename would replace: a
  ///   device, a pipe, a folder; `inputOutput` or `notFound`; each naming the path.
  package static func write(_ bytes: UnsafeRawBufferPointer, to path: String, mode: mode_t = 0o666)
    throws(FacenetError)
  {
    try replace(path, mode: mode) { output throws(FacenetError) in try output.write(bytes) }
  }

  /// As ``write(_:to:mode:)``, piece by piece. Where `body` throws, `path` holds what it held before.
  package static func replace(_ path: String, mode: mode_t = 0o666, _ body: (Output) throws(FacenetError) -> Void)
    throws(FacenetError)
  {
    var information = stat()
    if stat(path, &information) == 0, information.st_mode & S_IFMT != S_IFREG {
      throw FacenetError(.invalidArgument, "cannot write \(path): it is not a regular file")
    }
    let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).partial"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw failure("write", path) }
    do throws(FacenetError) {
      defer { close(descriptor) }
      try body(Output(descriptor: descriptor, path: path))
      guard fsync(descriptor) == 0 else { throw failure("write", path) }
      guard rename(temporary, path) == 0 else { throw failure("write", path) }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// A file that is being written, from its start on.
  package struct Output {
    fileprivate let descriptor: Int32
    fileprivate let path: String

    /// - Throws: `inputOutput`, naming the path.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) {
      var written = 0
      while written < bytes.count {
        let put = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
        if put < 0 && errno == EINTR { continue }
        guard put > 0 else { throw File.failure("write", path) }
        written += put
      }
    }

    package func write(_ bytes: [UInt8]) throws(FacenetError) {
      try bytes.withBytes(write)
    }
  }

  package static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o666) throws(FacenetError) {
    try replace(path, mode: mode) { output throws(FacenetError) in try output.write(bytes) }
  }

  /// A path that means the same file wherever the process goes; as it is given where it leads nowhere, or where a
  /// folder above it has a name that is not UTF-8.
  package static func absolutePath(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(validatingCString: resolved) ?? path
  }

  /// What `errno` says of what could not be done with a path.
  package static func failure(_ verb: String, _ path: String) -> FacenetError {
    let code = errno
    return FacenetError(
      code == ENOENT || code == ENOTDIR ? .notFound : .inputOutput,
      "cannot \(verb) \(path): \(String(cString: strerror(code)))")
  }
}
