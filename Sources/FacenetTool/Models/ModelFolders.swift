import Core
import Glibc

/// Folders of the person who runs the program (XDG base directory specification).
enum ModelFolders {
  /// How the help names the folder that models are installed into.
  static let userHint = "$XDG_DATA_HOME/facenet/models (~/.local/share/facenet/models)"

  /// The folder that models are installed into.
  /// - Throws: `notFound` when neither `XDG_DATA_HOME` nor `HOME` is set.
  static func user() throws(FacenetError) -> String {
    try base("XDG_DATA_HOME", ".local/share") + "/facenet/models"
  }

  /// The folder for what can be made again.
  /// - Throws: `notFound` when neither `XDG_CACHE_HOME` nor `HOME` is set.
  static func cache() throws(FacenetError) -> String {
    try base("XDG_CACHE_HOME", ".cache") + "/facenet"
  }

  private static func base(_ variable: String, _ below: String) throws(FacenetError) -> String {
    // Relative paths in these variables are to be ignored, says the specification.
    if let value = environment(variable), value.hasPrefix("/") { return value }
    guard let home = environment("HOME"), home.hasPrefix("/") else {
      throw FacenetError(.notFound, "neither \(variable) nor HOME is set to a folder, so there is no place for models")
    }
    return "\(home)/\(below)"
  }
}

/// A variable of the environment; nil where it is not set or empty.
func environment(_ name: String) -> String? {
  guard let value = getenv(name), value.pointee != 0 else { return nil }
  return String(cString: value)
}
