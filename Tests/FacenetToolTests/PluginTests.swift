import Foundation
import Testing

@testable import FacenetTool

@Suite struct PluginTests {
  @Test func whatIsBuiltInIsListed() throws {
    let run = try ProgramRun(["plugin", "list"])
    #expect(run.status == 0 && run.messages.isEmpty)
    let rows = run.output.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
    #expect(rows.contains { $0.prefix(2) == ["detector", "retinaface"] && $0.suffix(2) == ["built", "in"] })
    #expect(rows.contains { $0.prefix(2) == ["decoder", "png"] })
  }

  @Test func aPluginIsLoadedAndListed() throws {
    let plugins = try CompiledPlugins()
    let first = try plugins.make("first")
    let second = try plugins.make("second", in: "folder")
    let folder = URL(fileURLWithPath: second).deletingLastPathComponent().path
    let lines = [
      ["--plugin", first, "plugin", "list", "--json", "--plugin=\(second)"],
      ["plugin", "--plugin", first, "list", "--plugin", folder, "--json"],
    ]
    for line in lines {
      let run = try ProgramRun(line)
      #expect(run.status == 0 && run.messages.isEmpty, "\(run.messages)")
      let list = try #require(JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]])
      #expect(list.suffix(2).map { $0["name"] as? String } == ["first", "second"])
      #expect(list.suffix(2).map { $0["file"] as? String } == [first, second])
      #expect(list.last?["licence"] as? String == "MIT" && list.first?["plugin"] is NSNull)
    }
    let run = try ProgramRun(["plugin", "list"], environment: ["FACENET_PLUGINS": "\(first)::\(folder)"])
    #expect(run.status == 0)
    #expect(run.output.contains(first) && run.output.contains(second))
  }

  @Test func whatIsRefusedIsSaidAndEndsTheProgram() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write("text.so", Array("hello".utf8))
    for run in [
      try ProgramRun(["plugin", "list", "--plugin", text]),
      try ProgramRun(["plugin", "list"], environment: ["FACENET_PLUGINS": text]),
      try ProgramRun(["plugin", "list", "--plugin", folder.path]),
    ] {
      #expect(run.status == 2 && run.output.isEmpty)
      #expect(run.messages.hasPrefix("facenet: cannot load /"))
      #expect(run.messages.contains("/text.so: it is not a shared object"))
    }
    let missing = try ProgramRun(["plugin", "list", "--plugin"])
    #expect(missing.status == 2)
    #expect(missing.messages.hasPrefix("facenet: --plugin needs a value: --plugin FILE.so|DIR"))
  }

  /// Help is there whatever the environment says.
  @Test func helpLoadsNothing() throws {
    let run = try ProgramRun(["detect", "--help"], environment: ["FACENET_PLUGINS": "/no/such/plugin.so"])
    #expect(run.status == 0 && run.output.contains("--plugin FILE.so|DIR"))
  }
}

/// Plugins made from a test's own source by the C compiler, in a folder that goes away.
final class CompiledPlugins {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A plugin with a detector of its name.
  func make(_ name: String, in place: String = ".") throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let source = root.appendingPathComponent("CAPITests/plugins/entries.c").path
    let include = root.deletingLastPathComponent().appendingPathComponent("include").path
    try FileManager.default.createDirectory(atPath: folder.file(place), withIntermediateDirectories: true)
    let output = URL(fileURLWithPath: folder.file(place)).appendingPathComponent("\(name).so").standardizedFileURL.path
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "cc", "-fPIC", "-shared", "-I", include, "-DENTRY=0", "-DNAME=\"\(name)\"", source, "-o", output,
    ]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return output
  }
}
