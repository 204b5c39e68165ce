import Core
import Glibc

/// How this process can have a database that keeps a write-ahead log.
enum DatabaseAccess {
  /// It may read and write.
  case full
  /// It may read, beside whoever has made the log and the log's index.
  case reading
  /// It may read the file, which has no log, but may not make one. SQLite then takes the file for one that nobody changes
  /// (`immutable`); that nobody did is for the reader to look after, by ``FileStamp``.
  case frozen

  /// - Throws: `inputOutput` where the file has a log that only somebody who may write can read.
  init(to path: String) throws(FacenetError) {
    let file = File.absolutePath(path)
    let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? "."
    func mayWrite(_ path: String) -> Bool { faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 }
    if mayWrite(file), mayWrite(folder) || mayWrite(file + "-shm") {
      self = .full
    } else if access(file + "-shm", F_OK) == 0 {
      self = .reading
    } else if FileStamp(file + "-wal").size == 0 {
      self = .frozen
    } else {
      throw FacenetError(
        .inputOutput,
        "cannot open the gallery \(path): a process that ended left changes in \(file)-wal, which only somebody who may "
          + "write to the folder can bring into it")
    }
  }

  /// A file's name for SQLite, as a URI: its path may hold whatever a URI may not.
  static func name(of path: String, isFrozen: Bool) -> String {
    let hexadecimal = Array("0123456789ABCDEF".utf8)
    let bytes = File.absolutePath(path).utf8.flatMap { byte -> [UInt8] in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "/"), UInt8(ascii: "."):
        [byte]
      default: [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
      }
    }
    return "file:\(String(decoding: bytes, as: UTF8.self))?immutable=\(isFrozen ? 1 : 0)"
  }
}

/// What changes when a file is written to or replaced: equal stamps mean that it was not, to within a clock tick.
struct FileStamp: Equatable {
  private let device: UInt64
  private let number: UInt64
  /// Bytes in the file; 0 also where there is none.
  let size: Int
  private let seconds: Int
  private let nanoseconds: Int

  init(_ path: String) {
    var information = stat()
    if stat(path, &information) != 0 { information = stat() }
    (device, number, size) = (UInt64(information.st_dev), UInt64(information.st_ino), Int(information.st_size))
    (seconds, nanoseconds) = (information.st_mtim.tv_sec, information.st_mtim.tv_nsec)
  }
}
