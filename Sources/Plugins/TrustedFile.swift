import Core
import Glibc

/// Files and folders whose content nobody but their owner and root decides.
///
/// What anybody may write, or lies in a folder that anybody may write, is refused: whoever put it there could have put
/// anything. In a folder with the sticky bit, such as /tmp, others cannot exchange what is root's or this user's, so that
/// is let through; what is somebody else's there is not.
enum TrustedFile {
  /// The path without links, each part of which was looked at.
  /// - Throws: `notFound` or `inputOutput`; `invalidArgument` for what anybody may write.
  static func resolve(_ path: String) throws(FacenetError) -> String {
    guard !path.utf8.contains(0) else { throw FacenetError(.invalidArgument, "a path has a zero byte") }
    guard let real = realpath(path, nil) else { throw File.failure("load", path) }
    defer { free(real) }
    let resolved = String(cString: real)
    var part = resolved
    var child = try information(part)
    try refuseIfWritable(part, child, "")
    while part != "/" {
      part = String(part[..<part.lastIndex(of: "/")!])
      if part.isEmpty { part = "/" }
      let folder = try information(part)
      let isSafe = folder.st_mode & S_ISVTX != 0 && (child.st_uid == 0 || child.st_uid == geteuid())
      if !isSafe { try refuseIfWritable(part, folder, " (it would hold \(resolved))") }
      child = folder
    }
    return resolved
  }

  /// - Throws: `invalidArgument` unless the resolved path is a regular file.
  static func requireFile(_ path: String) throws(FacenetError) {
    guard try information(path).st_mode & S_IFMT == S_IFREG else {
      throw FacenetError(.invalidArgument, "cannot load \(path): it is not a regular file")
    }
  }

  private static func refuseIfWritable(_ path: String, _ information: stat, _ why: String) throws(FacenetError) {
    guard information.st_mode & S_IWOTH == 0 else {
      throw FacenetError(.invalidArgument, "will not load \(path)\(why): anybody may write it")
    }
  }

  private static func information(_ path: String) throws(FacenetError) -> stat {
    var information = stat()
    guard stat(path, &information) == 0 else { throw File.failure("load", path) }
    return information
  }
}
