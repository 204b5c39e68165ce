import Testing

@testable import FacenetTool

@Suite struct HelpTests {
  @Test(arguments: Program.verbs.map(\.name))
  func everyVerbExplainsItself(name: String) throws {
    let verb = try #require(Program.verbs.first { $0.name == name })
    let words = name.split(separator: " ").map(String.init)
    let run = try ProgramRun(words + ["--help"])
    #expect(run.status == 0)
    #expect(run.messages.isEmpty)
    #expect(run.output.hasPrefix("Usage: facenet \(name)"))
    for option in verb.options { #expect(run.output.contains("  \(option.usage)"), "\(option.usage)") }
    for operand in verb.operands { #expect(run.output.contains("  \(operand.name)  ")) }
    for code in verb.exitCodes { #expect(run.output.contains("  \(code.code.rawValue)  ")) }
    for line in run.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    #expect(try ProgramRun(["help"] + words).output == run.output)
  }

  @Test(arguments: [["--help"], ["-h"], ["help"]])
  func theListNamesEveryVerb(words: [String]) throws {
    let run = try ProgramRun(words)
    #expect(run.status == 0)
    for verb in Program.verbs { #expect(run.output.contains("  \(verb.name) ")) }
  }

  @Test(arguments: ["model", "evaluate"])
  func aFamilyOfVerbsExplainsAll(family: String) throws {
    let run = try ProgramRun(["help", family])
    #expect(run.status == 0)
    for verb in Program.verbs where verb.name.hasPrefix(family + " ") {
      #expect(run.output.contains("Usage: facenet \(verb.name)"))
    }
    for option in ["--help", "-h"] {
      let asked = try ProgramRun([family, option])
      #expect(asked.status == 0)
      #expect(asked.messages.isEmpty)
      #expect(asked.output == run.output)
    }
  }

  @Test func optionsThatExcludeEachOtherShareTheirBrackets() throws {
    let verb = try #require(Program.verbs.first { $0.name == "verify" })
    let usage = Help.usage(of: verb)
    #expect(usage.contains(" [--threshold T | --far F]"))
    #expect(!usage.contains("[--far") && !usage.contains("T]"))
    let embed = try #require(Program.verbs.first { $0.name == "embed" })
    for option in embed.options { #expect(Help.usage(of: embed).contains("[\(option.usage)]")) }
  }

  @Test(arguments: [["version"], ["--version"]])
  func theVersionIsPrinted(words: [String]) throws {
    let run = try ProgramRun(words)
    #expect(run.status == 0)
    #expect(run.output == "facenet \(Program.version)\n")
  }

  @Test(arguments: [
    ([], "facenet: a verb is missing; `facenet --help` lists them"),
    (["dtect"], "facenet: there is no verb 'dtect'; is 'detect' meant?"),
    (["frobnicate"], "facenet: there is no verb 'frobnicate'; `facenet --help` lists them"),
    (["help", "verfy"], "facenet: there is no verb 'verfy'; is 'verify' meant?"),
    (["model"], "facenet: model needs one of: list, info, install, path"),
    (["model", "lits"], "facenet: model does not know 'lits'; is 'list' meant?"),
    (["verify", "a.jpg"], "facenet: verify needs B: `facenet verify --help` explains it"),
    (["verify", "a", "b", "c"], "facenet: verify does not know what to do with 'c' after A B"),
    (["detect"], "facenet: detect needs PHOTO|DIR...: `facenet detect --help` explains it"),
    (["detect", "a.jpg", "--jason"], "facenet: detect knows no option --jason; is --json meant?"),
    (
      ["detect", "a.jpg", "--minimum-size", "0"],
      "facenet: --minimum-size takes a whole number from 1 to 1000000, got '0'"
    ),
    (["verify", "a", "b", "--threshold=x"], "facenet: --threshold takes a number from 0 to 1000, got 'x'"),
    (["verify", "a", "b", "--far", "0.1", "--threshold", "1"], "facenet: --threshold and --far cannot stand together"),
    (["embed", "a", "--aligned", "--all-faces"], "facenet: --aligned and --all-faces cannot stand together"),
    (["model", "path", "../secret"], "facenet: '../secret' is not a model's name: a file's path ends in .onnx"),
    (["model", "install", "nothing"], "facenet: there is no recipe for a model called nothing; there is one for"),
  ])
  func mistakesAreOneSentenceAndStatusTwo(words: [String], message: String) throws {
    let run = try ProgramRun(words)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.messages.hasPrefix(message), "\(run.messages)")
    #expect(run.messages.split(separator: "\n").count == 1)
  }
}
