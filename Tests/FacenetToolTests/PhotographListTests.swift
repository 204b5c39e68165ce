import Foundation
import Testing

@testable import FacenetTool

@Suite struct PhotographListTests {
  static let jpegStart: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 74, 70]

  @Test func foldersAreWalkedInOrderByEndingAndByContent() throws {
    let folder = try TemporaryFolder()
    for name in [
      "b.jpg", "a/z.PNG", "a/b/c.jpeg", "B.png", "phone.heic", "é.jpg", "a.txt", ".hidden.jpg", ".git/x.jpg",
    ] {
      try folder.write(name)
    }
    try folder.write("no-ending", Self.jpegStart)
    try folder.write("wrong.dat", Self.jpegStart)
    let list = PhotographList([folder.path])
    #expect(
      list.photographs.map(\.name) == [
        "B.png", "a/b/c.jpeg", "a/z.PNG", "b.jpg", "no-ending", "phone.heic", "wrong.dat", "é.jpg",
      ])
    #expect(list.photographs.allSatisfy { $0.path == folder.file($0.name) })
    #expect(list.failures.isEmpty)
  }

  @Test func namedFilesAreTakenAsTheyAreInTheirOrder() throws {
    let folder = try TemporaryFolder()
    try folder.write("notes.txt")
    let paths = [folder.file("notes.txt"), folder.file("absent.jpg"), folder.file("notes.txt")]
    let list = PhotographList(paths)
    #expect(list.photographs.map(\.path) == paths)
    #expect(list.photographs.map(\.name) == ["notes.txt", "absent.jpg", "notes.txt"])
  }

  @Test func circlesOfLinksEnd() throws {
    let folder = try TemporaryFolder()
    try folder.write("a/photo.jpg")
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: folder.file("a/up"), withDestinationPath: "..")
    try manager.createSymbolicLink(atPath: folder.file("b"), withDestinationPath: "a")
    try manager.createSymbolicLink(atPath: folder.file("self"), withDestinationPath: "self")
    try manager.createSymbolicLink(atPath: folder.file("linked.jpg"), withDestinationPath: "a/photo.jpg")
    let list = PhotographList([folder.path])
    #expect(list.photographs.map(\.name) == ["a/photo.jpg", "linked.jpg"])
  }

  @Test func brokenLinksAndNamesThatAreNotTextAreReported() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(atPath: folder.file("gone.jpg"), withDestinationPath: "nowhere")
    let name: [CChar] = folder.path.utf8.map { CChar(bitPattern: $0) } + [47, -1, -2, 46, 106, 112, 103, 0]
    let descriptor = open(name, O_CREAT | O_WRONLY, 0o600)
    try #require(descriptor >= 0)
    close(descriptor)
    defer { unlink(name) }
    let list = PhotographList([folder.path])
    #expect(list.photographs.isEmpty)
    #expect(list.failures.count == 2)
    #expect(list.failures.contains { $0.error.message.contains("not valid UTF-8") })
    #expect(list.failures.contains { $0.error.message.contains("gone.jpg: No such file") })
  }

  @Test func pipesAreNotOpened() throws {
    let folder = try TemporaryFolder()
    try #require(mkfifo(folder.file("pipe.jpg"), 0o600) == 0)
    #expect(PhotographList([folder.path]).photographs.isEmpty)
  }

  @Test(arguments: [("a/b/c.jpg", "a/b"), ("c.jpg", "."), ("/c.jpg", "/"), ("/", "/"), ("a/", "."), ("/a/b/", "/a")])
  func parents(path: String, parent: String) {
    #expect(parentFolder(path) == parent)
  }
}
