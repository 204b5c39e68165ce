import Faces
import Foundation
import Glibc

/// Runs of a copy of the program as somebody who may read and write little.
struct Unprivileged {
  /// Belongs to whoever runs the tests; others may read it.
  let folder: TemporaryFolder
  private let isRoot = geteuid() == 0

  static let setpriv = "/usr/bin/setpriv"

  /// nil where the tests run as root and there is no way to give that up.
  init?() throws {
    if isRoot && access(Self.setpriv, X_OK) != 0 { return nil }
    folder = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: ProgramRun.program, toPath: folder.file("program"))
    try folder.write(
      "models/retinaface.onnx", [UInt8](Data(contentsOf: URL(fileURLWithPath: ModelStore.path(of: "retinaface")))))
    chmod(folder.path, 0o755)
    chmod(folder.file("program"), 0o755)
  }

  func run(_ words: [String]) throws -> ProgramRun {
    let environment = ["FACENET_MODELS": folder.file("models")]
    guard isRoot else { return try ProgramRun(words, environment: environment, program: folder.file("program")) }
    let identity = ["--reuid=65534", "--regid=65534", "--clear-groups"]
    return try ProgramRun(identity + [folder.file("program")] + words, environment: environment, program: Self.setpriv)
  }
}
