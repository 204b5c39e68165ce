import Foundation
import Glibc

/// One run of the built program, as another process.
struct ProgramRun {
  let status: Int32
  /// The signal that ended it, 0 where none did.
  let signal: Int32
  let output: String
  let messages: String

  /// The program under test: what `FACENET_PROGRAM` names, or the one built beside these tests.
  static let program: String = {
    if let path = ProcessInfo.processInfo.environment["FACENET_PROGRAM"] { return path }
    let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return bundle.deletingLastPathComponent().appendingPathComponent("facenet-tool").path
  }()

  /// Runs the program to its end.
  /// - Parameters:
  ///   - environment: variables set beside the inherited ones; an empty value removes the variable.
  ///   - output: where standard output goes instead of into ``output``.
  init(
    _ arguments: [String], environment: [String: String] = [:], folder: String? = nil, program: String = Self.program,
    output: String? = nil
  ) throws {
    let scratch = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }.filter { !$0.value.isEmpty }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let outputPath = output ?? scratch.file("output")
    if output == nil { try scratch.write("output") }
    try scratch.write("messages")
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: outputPath))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch.file("messages")))
    try process.run()
    process.waitUntilExit()
    let signalled = process.terminationReason == .uncaughtSignal
    status = signalled ? -1 : process.terminationStatus
    signal = signalled ? process.terminationStatus : 0
    self.output = output == nil ? try String(contentsOfFile: outputPath, encoding: .utf8) : ""
    messages = try String(contentsOfFile: scratch.file("messages"), encoding: .utf8)
  }

  /// Standard output as one JSON object a line.
  func objects() throws -> [[String: Any]] {
    try output.split(separator: "\n").map { line in
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
      guard let object = value as? [String: Any] else { throw NotAnObject(line: String(line)) }
      return object
    }
  }

  struct NotAnObject: Error {
    let line: String
  }
}

/// A folder that goes away with its last reference.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/facenet-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file and the folders above it, and returns its path.
  @discardableResult
  func write(_ name: String, _ bytes: [UInt8] = []) throws -> String {
    let target = URL(fileURLWithPath: file(name))
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: target)
    return file(name)
  }

  /// Names of everything in the folder, at any depth, sorted.
  func contents() -> [String] {
    (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []).sorted()
  }
}
