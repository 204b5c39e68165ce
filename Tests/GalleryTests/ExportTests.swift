import Core
import Glibc
import Testing

@testable import Gallery

/// An export is whole or not there, and takes the place of nothing.
@Suite struct ExportTests {
  private static let files = ["model.txt", "people.jsonl", "templates.npy"]

  private func contents(_ folder: String) throws -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    for name in try File.names(in: folder) { contents[name] = try File.read("\(folder)/\(name)") }
    return contents
  }

  private func refusal(_ body: () throws -> Void) -> FacenetError? {
    do { try body() } catch { return error as? FacenetError }
    return nil
  }

  @Test func anExportReplacesNothing() throws {
    try withGallery { gallery in
      let ann = try gallery.enrol("Ann", templates: [Template(unit(0))])
      try gallery.enrol("Bob", templates: [Template(unit(1))])
      try withFolder { exported in
        try gallery.export(to: exported)
        let before = try contents(exported)
        #expect(before.keys.sorted() == Self.files)
        try gallery.remove(people: [ann])
        let error = refusal { try gallery.export(to: exported) }
        #expect(error?.status == .invalidArgument && error!.message.contains("\(exported) is not empty"))
        #expect(try contents(exported) == before)
      }
      try withFolder { own in
        try File.write([1, 2, 3], to: own + "/templates.npy")
        #expect(refusal { try gallery.export(to: own) }?.status == .invalidArgument)
        #expect(try contents(own) == ["templates.npy": [1, 2, 3]])
      }
    }
  }

  @Test func anExportThatFailsLeavesNothing() throws {
    try withGallery { gallery in
      let ann = try gallery.enrol("Ann", templates: [Template(unit(0))])
      try Connection(path: gallery.path, wait: 1000).run("UPDATE people SET facts = '{'")
      try withFolder { folder in
        for target in [folder, folder + "/new"] {
          let error = refusal { try gallery.export(to: target) }
          #expect(error?.status == .corrupt && error!.message.contains("facts of Ann (person \(ann)) are no JSON"))
          let left = try File.names(in: folder)
          #expect(left.isEmpty)
        }
      }
    }
  }

  /// What a process that was killed leaves is no export, and makes place for the next.
  @Test func whatWasInterruptedIsNoExport() throws {
    try withGallery { gallery in
      try gallery.enrol("Ann", templates: [Template(unit(0))])
      try withFolder { exported in
        try gallery.export(to: exported)
        for name in ["export.partial", "people.jsonl.17.5.partial"] { try File.write([1], to: "\(exported)/\(name)") }
        let copy = try Gallery(creating: gallery.path + ".copy", model: testModel())
        let error = refusal { try copy.importPeople(from: exported) }
        #expect(error?.status == .corrupt && error!.message.contains("\(exported) holds no whole export"))
        try File.write([1], to: exported + "/mine")
        #expect(refusal { try gallery.export(to: exported) }?.status == .invalidArgument)
        unlink(exported + "/mine")
        try gallery.export(to: exported)
        #expect(try File.names(in: exported).sorted() == Self.files)
        #expect(try copy.importPeople(from: exported) == 1)
      }
    }
  }

  @Test func twoDoNotExportToOneFolder() throws {
    try withFolder { folder in
      try ExportFolder(path: folder).fill { () throws(FacenetError) in
        let error = refusal { try ExportFolder(path: folder).fill {} }
        #expect(error?.status == .inputOutput && error!.message.contains("another process is exporting to \(folder)"))
      }
      #expect(try File.names(in: folder).isEmpty)
    }
  }

  @Test(.enabled(if: SmallDisk.isPossible, "mounting a small disk needs root"))
  func aFullDiskKeepsTheLastExport() throws {
    try withGallery { gallery in
      let thumbnail = try picture(bytes: 200_000)
      try gallery.enrol("Ann", templates: [Template(unit(0), thumbnail: thumbnail)])
      try SmallDisk.with { disk in
        try gallery.export(to: disk + "/first")
        let before = try contents(disk + "/first")
        try gallery.enrol("Bob", templates: [Template(unit(1), thumbnail: thumbnail)])
        #expect(refusal { try gallery.export(to: disk + "/second") }?.status == .inputOutput)
        #expect(try File.names(in: disk) == ["first"])
        #expect(try contents(disk + "/first") == before)
        let copy = try Gallery(creating: gallery.path + ".copy", model: testModel())
        #expect(try copy.importPeople(from: disk + "/first") == 1)
      }
    }
  }
}
