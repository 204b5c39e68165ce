import Core

/// Where installed models are found by name.
///
/// A model NAME is the file `NAME.onnx` in one of ``directories``, the first that has it.
public enum ModelStore {
  /// Names for which there is a recipe, the default models first.
  public static let knownNames = ["retinaface", "facenet", "dlib", "mtcnn", "centerface", "edgeface-s"]

  /// The folders that are searched, in order: `$FACENET_MODELS`, `$XDG_DATA_HOME/facenet/models` (or
  /// `~/.local/share/facenet/models`), `/usr/share/facenet/models`, and `build/models` of a checkout that holds the
  /// running program or the current folder.
  public static var directories: [String] { [] }

  /// The file of an installed model.
  /// - Throws: `notFound` for a name that is not installed, saying how to install it; `invalidArgument` for one that
  ///   cannot be a name.
  public static func path(of name: String) throws(FacenetError) -> String {
    throw FacenetError(.notFound, "the model \(name) is not installed: run `facenet model install \(name)`")
  }

  /// Every installed model, by name.
  public static func installed() -> [(name: String, path: String)] { [] }
}
