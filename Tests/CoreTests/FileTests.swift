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
}
