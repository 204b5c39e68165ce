/// Something the program does, such as `detect` or `model info`: its name, its help and its work.
struct Verb: Sendable {
  typealias Work = @MainActor @Sendable (Arguments, Console) async throws -> ExitCode

  /// One or two words.
  let name: String
  /// One line for the list of verbs.
  let summary: String
  /// What it reads and prints, a paragraph an element.
  var details: [String] = []
  var operands: [Operand] = []
  var options: [Option] = []
  /// With the one that every verb has.
  var allOptions: [Option] { options + [.plugin] }
  /// Names of options of which at most one may stand.
  var exclusive: [[String]] = []
  /// What an exit status means, where it is not the general meaning.
  var exitCodes: [(code: ExitCode, meaning: String)] = ExitCode.meanings
  /// Command lines and what they do.
  var examples: [(line: String, effect: String)] = []
  let work: Work
}

/// What the program tells its caller.
enum ExitCode: Int32, Sendable {
  case done = 0
  case partly = 1
  case failed = 2

  /// The general meaning of each status.
  static let meanings: [(code: ExitCode, meaning: String)] = [
    (.done, "done"),
    (.failed, "not done: the command line is wrong, a model is missing, or the output cannot be written"),
  ]

  /// What a status means to verbs that work through photographs.
  static let photographMeanings: [(code: ExitCode, meaning: String)] = [
    (.done, "every photograph was read and shows a face"),
    (.partly, "done, but some photographs could not be read or show no face"),
    (
      .failed,
      "not done: the command line is wrong, a model is missing, no photograph could be used, or the output cannot be "
        + "written"
    ),
  ]
}
