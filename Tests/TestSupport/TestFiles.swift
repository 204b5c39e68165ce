import Glibc

/// Files that `make` puts into the build folder of this checkout, where they are present.
package enum TestFiles {
  /// The model's file: `$FACENET_MODELS/NAME.onnx` or `build/models/NAME.onnx`; nil where it is not installed.
  package static func model(_ name: String) -> String? {
    let folders = [getenv("FACENET_MODELS").map { String(cString: $0) }, checkout + "/build/models"]
    return folders.compactMap { $0 }.map { "\($0)/\(name).onnx" }.first { access($0, R_OK) == 0 }
  }

  /// A sample photograph of the demonstration, or nil where it was not fetched.
  package static func sample(_ name: String) -> String? {
    let path = "\(checkout)/build/samples/\(name)"
    return access(path, R_OK) == 0 ? path : nil
  }

  /// A committed file under Tests/Golden, or nil where it is absent.
  package static func golden(_ name: String) -> String? { path("Tests/Golden/\(name)") }

  /// A committed file by its path in the checkout, or nil where it is absent.
  package static func path(_ relative: String) -> String? {
    let path = "\(checkout)/\(relative)"
    return access(path, R_OK) == 0 ? path : nil
  }

  /// The folder that holds Package.swift.
  private static let checkout: String = {
    let file: StaticString = #filePath
    return "\(file)".split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
  }()
}
