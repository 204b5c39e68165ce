import Core
import Foundation
import Testing

@testable import Faces

@Suite struct ModelStoreTests {
  @Test func searchesInTheStatedOrder() {
    let variables = ["FACENET_MODELS": "/a", "XDG_DATA_HOME": "/b", "HOME": "/home/user"]
    #expect(
      ModelStore.directories(environment: { variables[$0] }, starts: [])
        == ["/a", "/b/facenet/models", "/usr/share/facenet/models"])
    #expect(
      ModelStore.directories(environment: { $0 == "HOME" ? "/home/user" : nil }, starts: [])
        == ["/home/user/.local/share/facenet/models", "/usr/share/facenet/models"])
    #expect(ModelStore.directories(environment: { _ in nil }, starts: []) == ["/usr/share/facenet/models"])
  }

  @Test func findsTheModelsOfACheckoutFromInsideIt() throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: root) }
    let inner = root + "/build/models"
    for folder in [inner, root + "/Sources/Facenet"] {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    let before = ModelStore.directories(environment: { _ in nil }, starts: [inner])
    #expect(before == ["/usr/share/facenet/models"])
    try Data().write(to: URL(fileURLWithPath: root + "/Package.swift"))
    let after = ModelStore.directories(environment: { _ in nil }, starts: [inner, root, root + "/build/release/x"])
    #expect(after == ["/usr/share/facenet/models", inner])
  }

  @Test func saysHowToInstallWhatIsMissing() {
    let missing = ModelStore.knownNames.filter { name in !ModelStore.installed().contains { $0.name == name } }
    for name in missing {
      #expect(
        throws: FacenetError(
          .notFound, "the model \(name) is not installed: run `facenet model install \(name)`")
      ) {
        try ModelStore.path(of: name)
      }
    }
  }

  @Test(arguments: ["", ".", "..", "a/b", "../x", "na me", "näme", String(repeating: "a", count: 200), "x\0y"])
  func refusesWhatCannotBeAName(name: String) {
    let status = #expect(throws: FacenetError.self) { try ModelStore.path(of: name) }?.status
    #expect(status == .invalidArgument)
  }

  @Test func namesWhatThereIsWhenANameIsUnknown() {
    let error = #expect(throws: FacenetError.self) { try ModelStore.path(of: "no-such-model") }
    #expect(error?.status == .notFound)
    #expect(error?.message.contains("retinaface, facenet") == true)
  }
}
