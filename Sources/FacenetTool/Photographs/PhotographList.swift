import Core
import Glibc

/// A file that may be a photograph.
struct Photograph: Sendable, Hashable {
  /// As it is opened and printed.
  let path: String
  /// Below the folder that was given, or the file's own name: what an output file is called after.
  let name: String
}

/// The photographs that a command line names.
struct PhotographList: Sendable {
  private(set) var photographs: [Photograph] = []
  /// Folders and names that cannot be read.
  private(set) var failures: [(path: String, error: FacenetError)] = []

  /// Every file that is named and every picture in the folders that are named.
  ///
  /// Folders are walked to the bottom in the order of their names' bytes; names that begin with a dot are left out; a
  /// link to a folder is followed, but no folder is entered twice. In a folder a file is a picture when its name ends
  /// like one or its first bytes are those of one.
  init(_ arguments: [String]) {
    for argument in arguments {
      var walk = Walk()
      if isFolder(argument) {
        walk.enter(argument, below: "")
        photographs += walk.photographs
        failures += walk.failures
      } else {
        photographs.append(Photograph(path: argument, name: lastComponent(argument)))
      }
    }
  }

  /// Every file that is named and every picture in the folders that are named, of which there must be one.
  /// - Throws: `notFound` where the folders hold none.
  init(nonempty arguments: [String]) throws(FacenetError) {
    self.init(arguments)
    guard photographs.isEmpty, failures.isEmpty else { return }
    throw FacenetError(.notFound, "there is no picture in \(arguments.joined(separator: ", "))")
  }
}

/// Whether a path leads to a folder, through links where need be.
func isFolder(_ path: String) -> Bool {
  var information = stat()
  return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
}

/// What stands after the last slash: `b.jpg` of `a/b.jpg`.
func lastComponent(_ path: String) -> String {
  path.split(separator: "/").last.map(String.init) ?? path
}

/// One folder and all below it.
private struct Walk {
  struct Identity: Hashable {
    let device: UInt
    let node: UInt
  }

  var photographs: [Photograph] = []
  var failures: [(path: String, error: FacenetError)] = []
  var entered: Set<Identity> = []

  mutating func enter(_ folder: String, below name: String) {
    guard let stream = opendir(folder) else {
      failures.append(
        (folder, FacenetError(.inputOutput, "cannot open \(folder): \(String(cString: strerror(errno)))")))
      return
    }
    defer { closedir(stream) }
    var information = stat()
    guard fstat(dirfd(stream), &information) == 0,
      entered.insert(Identity(device: UInt(information.st_dev), node: UInt(information.st_ino))).inserted
    else { return }
    for entry in names(in: stream, folder) {
      let path = folder.hasSuffix("/") ? folder + entry : "\(folder)/\(entry)"
      visit(path, name.isEmpty ? entry : "\(name)/\(entry)")
    }
  }

  private mutating func visit(_ path: String, _ name: String) {
    var information = stat()
    guard stat(path, &information) == 0 else {
      let reason = "cannot open \(path): \(String(cString: strerror(errno)))"
      if looksLikePicture(name) { failures.append((path, FacenetError(.inputOutput, reason))) }
      return
    }
    switch information.st_mode & S_IFMT {
    case S_IFDIR: enter(path, below: name)
    case S_IFREG where looksLikePicture(name) || beginsLikePicture(path):
      photographs.append(Photograph(path: path, name: name))
    default: break
    }
  }

  private mutating func names(in stream: OpaquePointer, _ folder: String) -> [String] {
    var result: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { bytes in
          (exact: String(validatingCString: bytes), readable: String(cString: bytes))
        }
      }
      guard !name.readable.hasPrefix(".") else { continue }
      if let exact = name.exact {
        result.append(exact)
      } else {
        let path = "\(folder)/\(name.readable)"
        failures.append((path, FacenetError(.unsupported, "the name of \(path) is not valid UTF-8")))
      }
    }
    return result.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private func looksLikePicture(_ name: String) -> Bool {
    guard let dot = name.lastIndex(of: ".") else { return false }
    return pictureEndings.contains(name[dot...].dropFirst().lowercased())
  }

  private func beginsLikePicture(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8)
    let count = read(descriptor, &bytes, bytes.count)
    return count == bytes.count && pictureBeginnings.contains { bytes.starts(with: $0) }
  }
}

/// Endings of pictures, those that cannot be decoded here among them: better reported than passed over in silence.
private let pictureEndings: Set<String> = [
  "jpg", "jpeg", "jpe", "jfif", "png", "pgm", "ppm", "pnm",
  "webp", "heic", "heif", "avif", "gif", "bmp", "tif", "tiff", "jxl", "jp2",
]

/// First bytes of JPEG and PNG.
private let pictureBeginnings: [[UInt8]] = [[0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]]
