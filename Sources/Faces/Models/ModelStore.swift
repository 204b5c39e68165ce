import Core
import Glibc

/// Where installed models are found by name.
///
/// A model NAME is the file `NAME.onnx` in one of ``directories``, the first that has it.
public enum ModelStore {
  /// Names for which there is a recipe, the default models first.
  public static let knownNames = ["retinaface", "facenet", "dlib", "mtcnn", "centerface", "edgeface-s"]

  /// The folders that are searched, in order: `$FACENET_MODELS`, `$XDG_DATA_HOME/facenet/models` (or
  /// `~/.local/share/facenet/models`), `/usr/share/facenet/models`, and `build/models` of a checkout that holds the
  /// running program or the current folder.
  public static var directories: [String] {
    directories(environment: environment, starts: [programDirectory(), currentDirectory()].compactMap { $0 })
  }

  /// The folder for the user's own models: `$XDG_DATA_HOME/facenet/models` or `~/.local/share/facenet/models`; nil
  /// where neither variable nor home folder is set.
  public static var userDirectory: String? { userDirectory(environment) }

  /// The file of an installed model.
  /// - Throws: `notFound` for a name that is not installed, saying how to install it; `invalidArgument` for one that
  ///   cannot be a name.
  public static func path(of name: String) throws(FacenetError) -> String {
    if let colon = name.firstIndex(of: ":"), isName(String(name[..<colon])) {
      throw FacenetError(
        .notFound, "nothing is called \(name[..<colon]): it is not built in, and no plugin that was loaded has it")
    }
    guard isName(name) else {
      throw FacenetError(.invalidArgument, "'\(name.prefix(100))' is not a model's name: a file's path ends in .onnx")
    }
    for directory in directories {
      let path = "\(directory)/\(name).onnx"
      if access(path, F_OK) == 0 { return path }
    }
    if knownNames.contains(name) {
      throw FacenetError(.notFound, "the model \(name) is not installed: run `facenet model install \(name)`")
    }
    throw FacenetError(
      .notFound,
      "no model is called \(name): give a file's path, or one of \(knownNames.joined(separator: ", "))")
  }

  /// The file that a name or a path stands for: anything with a slash in it or that ends in `.onnx` is a path and is
  /// given back as it is, the rest is looked up as ``path(of:)`` does.
  package static func path(ofNameOrPath nameOrPath: String) throws(FacenetError) -> String {
    let isPath = nameOrPath.contains("/") || nameOrPath.hasSuffix(".onnx")
    return try isPath ? nameOrPath : path(of: nameOrPath)
  }

  /// Every installed model, by name.
  public static func installed() -> [(name: String, path: String)] {
    var paths: [String: String] = [:]
    for directory in directories.reversed() {
      for name in names(in: directory) { paths[name] = "\(directory)/\(name).onnx" }
    }
    return paths.sorted { $0.key < $1.key }.map { (name: $0.key, path: $0.value) }
  }

  /// - Parameters:
  ///   - environment: the value of a variable that is set and not empty.
  ///   - starts: where a checkout is looked for, upwards.
  static func directories(environment: (String) -> String?, starts: [String]) -> [String] {
    var found: [String] = []
    if let folder = environment("FACENET_MODELS") { found.append(folder) }
    if let folder = userDirectory(environment) { found.append(folder) }
    found.append("/usr/share/facenet/models")
    found += starts.compactMap(checkout(above:)).map { $0 + "/build/models" }
    var seen: Set<String> = []
    return found.filter { seen.insert($0).inserted }
  }

  private static func userDirectory(_ environment: (String) -> String?) -> String? {
    if let data = environment("XDG_DATA_HOME"), data.hasPrefix("/") { return data + "/facenet/models" }
    return environment("HOME").map { $0 + "/.local/share/facenet/models" }
  }

  private static func isName(_ name: String) -> Bool {
    let allowed = { (byte: UInt8) in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
      default: false
      }
    }
    return !name.isEmpty && name.utf8.count <= 100 && !name.hasPrefix(".") && name.utf8.allSatisfy(allowed)
  }

  private static func names(in directory: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let file = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if file.hasSuffix(".onnx"), isName(String(file.dropLast(5))) { names.append(String(file.dropLast(5))) }
    }
    return names
  }

  /// The nearest folder from `start` upwards that is this project's checkout and has built models.
  private static func checkout(above start: String) -> String? {
    var parts = start.split(separator: "/")
    while true {
      let folder = parts.map { "/\($0)" }.joined()
      if ["/Package.swift", "/Sources/Facenet", "/build/models"].allSatisfy({ access(folder + $0, F_OK) == 0 }) {
        return folder
      }
      if parts.popLast() == nil { return nil }
    }
  }

  private static func programDirectory() -> String? {
    guard let path = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }

  private static func currentDirectory() -> String? {
    guard let path = getcwd(nil, 0) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }

  private static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }
}
