import Foundation
import Testing

@testable import Core

@Suite struct FileTests {
  @Test(arguments: [0, 1, 15, 4096, 46554, 1_000_003]) func readsBackWhatWasWritten(count: Int) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
    try File.write(bytes, to: path)
    for _ in 0..<3 { #expect(try File.read(path) == bytes) }
    #expect(throws: FacenetError.self) { try File.read(path, limit: count - 1) }
  }

  @Test func replacesRegularFilesAlone() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try #require(mkfifo("\(folder)/pipe", 0o600) == 0)
    try #require(symlink("\(folder)/pipe", "\(folder)/link") == 0)
    for path in [folder, "\(folder)/pipe", "\(folder)/link"] {
      let error = #expect(throws: FacenetError.self) { try File.write([1], to: path) }
      #expect(error?.status == .invalidArgument && error?.message == "cannot write \(path): it is not a regular file")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["link", "pipe"])
    try File.write([1], to: "\(folder)/file")
    try File.write([2, 3], to: "\(folder)/file")
    #expect(try File.read("\(folder)/file") == [2, 3])
  }
}
