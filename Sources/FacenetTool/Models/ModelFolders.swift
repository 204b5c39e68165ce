import Core
import Faces
import Glibc

/// Folders of the person who runs the program (XDG base directory specification).
enum ModelFolders {
  /// How the help names the folder that models are installed into.
  static let userHint = "$XDG_DATA_HOME/facenet/models (~/.local/share/facenet/models)"

  /// The folder that models are installed into.
  /// - Throws: `notFound` when neither `XDG_DATA_HOME` nor `HOME` is set.
  static func user() throws(FacenetError) -> String {
    guard let folder = ModelStore.userDirectory else {
      throw FacenetError(
        .notFound, "neither XDG_DATA_HOME nor HOME is set to a folder, so there is no place for models")
    }
    return folder
  }

  /// The folder for what can be made again.
  /// - Throws: `notFound` when neither `XDG_CACHE_HOME` nor `HOME` is set.
  static func cache() throws(FacenetError) -> String {
    // A relative path in this variable is to be ignored, says the specification.
    if let value = environment("XDG_CACHE_HOME"), value.hasPrefix("/") { return "\(value)/facenet" }
    guard let home = environment("HOME"), home.hasPrefix("/") else {
      throw FacenetError(.notFound, "neither XDG_CACHE_HOME nor HOME is set to a folder, so there is no cache")
    }
    return "\(home)/.cache/facenet"
  }
}

/// A variable of the environment; nil where it is not set or empty.
func environment(_ name: String) -> String? {
  guard let value = getenv(name), value.pointee != 0 else { return nil }
  return String(cString: value)
}
