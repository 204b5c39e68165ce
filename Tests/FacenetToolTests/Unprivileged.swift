import Faces
import Foundation
import Glibc
import Testing

/// Runs of a copy of the program as somebody who may read and write little.
struct Unprivileged {
  /// Belongs to whoever runs the tests; others may read it.
  let folder: TemporaryFolder
  private static let isRoot = geteuid() == 0
  private static let setpriv = "/usr/bin/setpriv"

  /// Whether it can be done: root may read everything, so where the tests run as root they must be able to give that up.
  static let isPossible = !isRoot || access(setpriv, X_OK) == 0
  static let reason: Comment = "the tests run as root and there is no setpriv (util-linux) to give that up"

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: ProgramRun.program, toPath: folder.file("program"))
    try folder.write(
      "models/retinaface.onnx", [UInt8](Data(contentsOf: URL(fileURLWithPath: ModelStore.path(of: "retinaface")))))
    chmod(folder.path, 0o755)
    chmod(folder.file("program"), 0o755)
  }

  func run(_ words: [String]) throws -> ProgramRun {
    let environment = ["FACENET_MODELS": folder.file("models")]
    guard Self.isRoot else { return try ProgramRun(words, environment: environment, program: folder.file("program")) }
    let identity = ["--reuid=65534", "--regid=65534", "--clear-groups"]
    return try ProgramRun(identity + [folder.file("program")] + words, environment: environment, program: Self.setpriv)
  }
}
