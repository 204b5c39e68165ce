import Core
import Glibc
import Plugins

/// The plugins that a command line and `FACENET_PLUGINS` name; only the program looks at that variable.
struct PluginArguments {
  static let variable = "FACENET_PLUGINS"

  /// Files and folders in the order in which they are loaded.
  private(set) var paths: [String]
  /// The command line without them.
  private(set) var words: [String] = []

  /// Takes `--plugin PATH` and `--plugin=PATH` out of a command line, wherever they stand before `--`.
  init(_ line: [String]) throws(UsageError) {
    paths = getenv(Self.variable).map { String(cString: $0).split(separator: ":").map(String.init) } ?? []
    let (word, start) = ("--\(Option.plugin.name)", "--\(Option.plugin.name)=")
    var rest = line[...]
    while let next = rest.popFirst() {
      if next == "--" {
        words += [next] + rest
        break
      } else if next == word || next.hasPrefix(start) {
        let value = next == word ? rest.popFirst() : String(next.dropFirst(start.count))
        guard let value, !value.isEmpty, !value.hasPrefix("--") else {
          throw UsageError("\(word) needs a value: \(Option.plugin.usage)")
        }
        paths.append(value)
      } else {
        words.append(next)
      }
    }
  }

  /// - Throws: why the first that was refused was refused.
  func load() throws(FacenetError) {
    for path in paths {
      guard isDirectory(path) else {
        try PluginLoader.load(path)
        continue
      }
      if let failure = try PluginLoader.loadDirectory(path).failure { throw failure }
    }
  }

  private func isDirectory(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
  }
}
