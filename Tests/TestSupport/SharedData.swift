import Glibc

/// Test data that is not part of the project: `../shared` beside the checkout, where present.
package enum SharedData {
  /// The folder `../shared`, or nil where there is none.
  package static let root: String? = {
    let file: StaticString = #filePath
    var parts = "\(file)".split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    let path = parts.dropLast().joined(separator: "/") + "/shared"
    return access(path, R_OK) == 0 ? path : nil
  }()

  /// A file or folder under `../shared`, or nil where it is absent.
  package static func path(_ relative: String) -> String? {
    guard let root else { return nil }
    let path = root + "/" + relative
    return access(path, R_OK) == 0 ? path : nil
  }
}
