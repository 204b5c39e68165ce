import Core
import Glibc

/// The program `facenet`: finds the verb, runs it, and turns what comes of it into an exit status.
@main
struct Program {
  static let version = "0.1.0"
  static let verbs: [Verb] = [
    detectVerb, embedVerb, verifyVerb, identifyVerb, galleryCreateVerb, galleryEnrolVerb, galleryListVerb,
    galleryShowVerb, galleryRenameVerb, galleryKeyVerb, galleryRemoveVerb, galleryExportVerb, galleryImportVerb,
    galleryCheckVerb, galleryCompactVerb, galleryMigrateVerb, modelListVerb, modelInfoVerb, modelInstallVerb,
    modelPathVerb, pluginListVerb, evaluatePairsVerb, benchmarkVerb, completionVerb, manualVerb,
    versionVerb,
  ]

  @MainActor
  static func main() async {
    StandardStreams.holdClosed()
    Interruption.install()
    let console = Console()
    let code = await run(console)
    do {
      try console.flush()
    } catch {
      exit(report(error, console))
    }
    exit(code.rawValue)
  }

  @MainActor
  private static func run(_ console: Console) async -> ExitCode {
    do {
      return try await dispatch(try commandWords(), console)
    } catch {
      let code = report(error, console)
      return ExitCode(rawValue: code) ?? .failed
    }
  }

  @MainActor
  private static func dispatch(_ line: [String], _ console: Console) async throws -> ExitCode {
    let plugins = try PluginArguments(line)
    let words = plugins.words
    guard let first = words.first else {
      console.message("a verb is missing; `facenet --help` lists them")
      return .failed
    }
    switch first {
    case "--help", "-h", "help": return try help(Array(words.dropFirst()), console)
    case "--version": return try await dispatch(["version"], console)
    default: break
    }
    if words.count > 1, ["--help", "-h"].contains(words[1]), !family(of: first).isEmpty {
      return try help(words, console)
    }
    let verb = try find(words)
    let count = verb.name.split(separator: " ").count
    let arguments = try Arguments(Array(words.dropFirst(count)), for: verb)
    if arguments.wantsHelp {
      try console.result(String(Help.text(for: verb).dropLast()))
      return .done
    }
    try plugins.load()
    return try await verb.work(arguments, console)
  }

  /// The verb at the start of a command line, of two words where one of one word does not fit.
  private static func find(_ words: [String]) throws(UsageError) -> Verb {
    let first = words[0]
    if let verb = verbs.first(where: { $0.name == first }) { return verb }
    let family = family(of: first)
    let seconds = family.map { String($0.name.dropFirst(first.count + 1)) }
    guard !family.isEmpty else {
      let names = verbs.map { String($0.name.split(separator: " ")[0]) } + ["help"]
      let meant = nearest(to: first, among: names).map { "; is '\($0)' meant?" } ?? "; `facenet --help` lists them"
      throw UsageError("there is no verb '\(first)'" + meant)
    }
    guard words.count > 1 else { throw UsageError("\(first) needs one of: \(seconds.joined(separator: ", "))") }
    if let index = seconds.firstIndex(of: words[1]) { return family[index] }
    let meant = nearest(to: words[1], among: seconds).map { "; is '\($0)' meant?" }
    throw UsageError(
      "\(first) does not know '\(words[1])'" + (meant ?? "; it knows \(seconds.joined(separator: ", "))"))
  }

  /// The verbs of two words of which `word` is the first.
  private static func family(of word: String) -> [Verb] { verbs.filter { $0.name.hasPrefix(word + " ") } }

  /// `facenet help`, `facenet help detect`, `facenet help model`, `facenet model --help`.
  @MainActor
  private static func help(_ words: [String], _ console: Console) throws -> ExitCode {
    let topic = words.filter { !$0.hasPrefix("-") }
    let family = family(of: topic.joined(separator: " "))
    if topic.isEmpty {
      try console.result(String(Help.text(for: verbs).dropLast()))
    } else if !family.isEmpty {
      try console.result(family.map { Help.text(for: $0) }.joined(separator: "\n\n"))
    } else {
      try console.result(String(Help.text(for: try find(topic)).dropLast()))
    }
    return .done
  }

  /// Says what went wrong and returns the exit status for it.
  @MainActor
  private static func report(_ error: any Error, _ console: Console) -> Int32 {
    console.end()
    // Work that watches its progress says in the library's words that it was stopped.
    let isCancelled = (error as? FacenetError)?.status == .cancelled
    switch isCancelled ? Interruption.pending ?? error : error {
    case is ClosedOutput: Interruption.die(by: SIGPIPE)
    case let error as Interrupted:
      console.message("interrupted")
      Interruption.die(by: error.signal)
    case let error as UsageError: console.message("\(error)")
    default: console.message("\(error)")
    }
    return ExitCode.failed.rawValue
  }
}
