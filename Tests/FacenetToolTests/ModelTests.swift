import Foundation
import Testing

@testable import FacenetTool

@Suite struct ModelTests {
  /// An environment in which no model is installed; the program must be a copy outside the checkout.
  private func bare(_ folder: TemporaryFolder) throws -> (program: String, environment: [String: String]) {
    let program = folder.file("program")
    try FileManager.default.copyItem(atPath: ProgramRun.program, toPath: program)
    return (program, ["FACENET_MODELS": "", "XDG_DATA_HOME": folder.file("data"), "HOME": folder.file("home")])
  }

  private func run(_ words: [String], in folder: TemporaryFolder) throws -> ProgramRun {
    let (program, environment) = try bare(folder)
    return try ProgramRun(words, environment: environment, folder: folder.path, program: program)
  }

  @Test(arguments: [
    (["detect", "a.jpg"], "retinaface"), (["verify", "a.jpg", "b.jpg"], "retinaface"),
    (["embed", "--aligned", "a.jpg"], "facenet"), (["model", "path", "dlib"], "dlib"),
    (["model", "info", "mtcnn"], "mtcnn"),
  ])
  func aMissingModelIsNamedWithItsRemedy(words: [String], model: String) throws {
    let run = try run(words, in: TemporaryFolder())
    #expect(run.status == 2)
    #expect(run.messages == "facenet: the model \(model) is not installed: run `facenet model install \(model)`\n")
  }

  @Test func theListSaysWhatIsNotInstalled() throws {
    let run = try run(["model", "list", "--json"], in: TemporaryFolder())
    #expect(run.status == 0)
    let list = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]])
    #expect(list.compactMap { $0["name"] as? String }.contains("facenet"))
    #expect(list.allSatisfy { $0["path"] is NSNull })
  }

  @Test func withoutRecipesInstallSaysWhereTheyWereLookedFor() throws {
    let run = try run(["model", "install", "facenet"], in: TemporaryFolder())
    #expect(run.status == 2)
    #expect(run.messages.hasPrefix("facenet: there are no recipes: neither in /"))
    #expect(run.messages.contains("/share/facenet/models nor /usr/share/facenet/models nor in a checkout"))
  }

  @Test func recipesOfTheCurrentFolderAreNotRun() throws {
    let folder = try TemporaryFolder()
    for file in ["models/recipe.py", "models/facenet.py", "tools/environment.sh"] { try folder.write("here/\(file)") }
    let (program, environment) = try bare(folder)
    let run = try ProgramRun(
      ["model", "install", "facenet"], environment: environment, folder: folder.file("here"), program: program)
    #expect(run.status == 2)
    #expect(run.messages.hasPrefix("facenet: there are no recipes"))
  }

  @Test func recipesAreFoundBesideAnInstalledProgram() throws {
    let folder = try TemporaryFolder()
    try folder.write("share/facenet/models/recipe.py")
    try folder.write("share/facenet/models/dlib.py")
    let (copy, environment) = try bare(folder)
    let program = try folder.write("bin/facenet", Array(Data(contentsOf: URL(fileURLWithPath: copy))))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    let run = try ProgramRun(
      ["model", "install", "facenet"], environment: environment, folder: folder.path, program: program)
    #expect(run.status == 2)
    #expect(run.messages == "facenet: there is no recipe for a model called facenet; there is one for dlib\n")
  }

  @Test(arguments: ["FACENET_MODELS", "XDG_DATA_HOME"])
  func foldersOfModelsAreSearched(variable: String) throws {
    let folder = try TemporaryFolder()
    let place = variable == "FACENET_MODELS" ? "data" : "data/facenet/models"
    let path = try folder.write("\(place)/own.onnx")
    var (program, environment) = try bare(folder)
    environment[variable] = folder.file("data")
    let run = try ProgramRun(
      ["model", "path", "own"], environment: environment, folder: folder.path, program: program)
    #expect(run.status == 0)
    #expect(run.output == path + "\n")
  }

  @Test(arguments: [
    [UInt8](), Array("not a model".utf8), [UInt8](repeating: 0xFF, count: 5000), [0x08, 0x07, 0x3A, 0xFF, 0xFF, 0x7F],
  ])
  func whatIsNoModelIsRefused(bytes: [UInt8]) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("bad.onnx", bytes)
    let commands = [["model", "info", path], ["detect", "a.jpg", "--detector", path]]
    for words in commands + [["embed", "--aligned", "a.jpg", "--embedder", path]] {
      let run = try ProgramRun(words)
      #expect(run.status == 2, "\(words)")
      #expect(run.output.isEmpty)
      #expect(run.messages.contains(path), "\(run.messages)")
      #expect(run.messages.split(separator: "\n").count == 1)
    }
  }

  @Test(.enabled(if: Fixtures.hasModels, "default models not present"))
  func infoTellsTheFacts() throws {
    let object = try #require(try ProgramRun(["model", "info", "facenet", "--json"]).objects().first)
    #expect(object["role"] as? String == "embedder")
    #expect(object["dimension"] as? Int == 512)
    #expect(object["side"] as? Int == 160)
    #expect(object["metric"] as? String == "squared-l2-unit")
    #expect(object["threshold"] as? Double == 1.1)
    #expect((object["operators"] as? [String: Int])?["Conv"] == 132)
    #expect(object["parameters"] as? Int ?? 0 > 20_000_000)
    let text = try ProgramRun(["model", "info", "retinaface"])
    #expect(text.status == 0)
    #expect(text.output.contains("role") && text.output.contains("detector"))
    #expect(text.output.contains("Conv 59"))
  }
}
