/// A page of the manual in the language of man(7), made from the declarations that the help is made from.
struct ManualPage {
  /// Such as `facenet-model-install`; the section is 1.
  let name: String
  let text: String

  /// Every page: the program's, then one a verb.
  static func all(of verbs: [Verb]) -> [ManualPage] { [ManualPage(verbs)] + verbs.map { ManualPage($0, among: verbs) } }

  private static let program = "facenet"

  private static func name(of verb: Verb) -> String {
    "\(program)-" + verb.name.split(separator: " ").joined(separator: "-")
  }

  /// The page of the program.
  private init(_ verbs: [Verb]) {
    name = Self.program
    text = Self.page(
      name, "find faces in photographs and compare them",
      [
        ("SYNOPSIS", [#"\fBfacenet\fP VERB [ARGUMENT...]"#]),
        ("DESCRIPTION", [Self.prose(Help.purpose), ".PP", Self.prose(Help.conventions)]),
        ("VERBS", Self.list(verbs.map { ($0.name, $0.summary + ".") })),
        ("EXIT STATUS", Self.list(ExitCode.meanings.map { ("\($0.code.rawValue)", $0.meaning) })),
        ("ENVIRONMENT", Self.list(Help.environment)),
        ("SEE ALSO", [Self.references(verbs.map(Self.name))]),
      ])
  }

  /// The page of one verb.
  private init(_ verb: Verb, among verbs: [Verb]) {
    name = Self.name(of: verb)
    let command = "\\fBfacenet \(Self.escaped(verb.name))\\fP"
    let words = Help.synopsis(of: verb).map(Self.escaped)
    let description = [verb.summary + "."] + verb.details
    let examples = verb.examples.map { (name: $0.line, text: $0.effect) }
    let siblings = verbs.filter { $0.name != verb.name }.map(Self.name)
    text = Self.page(
      name, verb.summary.prefix(1).lowercased() + verb.summary.dropFirst(),
      [
        ("SYNOPSIS", [([command] + words).joined(separator: " ")]),
        ("DESCRIPTION", Array(description.map { [Self.prose($0)] }.joined(separator: [".PP"]))),
        ("OPERANDS", Self.list(verb.operands.map { ($0.name, $0.summary) })),
        ("OPTIONS", Self.list(Help.options(of: verb))),
        ("EXIT STATUS", Self.list(verb.exitCodes.map { ("\($0.code.rawValue)", $0.meaning) })),
        ("EXAMPLES", Self.list(examples)),
        ("SEE ALSO", [Self.references([Self.program] + siblings)]),
      ])
  }

  /// Title and sections; a section without lines is left out.
  private static func page(_ name: String, _ purpose: String, _ sections: [(title: String, lines: [String])]) -> String {
    // No date: the same source makes the same page.
    let title = ".TH \(escaped(name.uppercased())) 1 \"\" \"facenet \(Program.version)\" \"Manual of facenet\""
    var lines = [title, ".SH NAME", "\(escaped(name)) \\- \(escaped(purpose))"]
    for section in sections where !section.lines.isEmpty { lines += [".SH \"\(section.title)\""] + section.lines }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func list(_ rows: [(name: String, text: String)]) -> [String] {
    rows.flatMap { [".TP", "\\fB\(escaped($0.name))\\fP", prose($0.text)] }
  }

  private static func references(_ names: [String]) -> String {
    names.map { "\\fB\(escaped($0))\\fP(1)" }.joined(separator: ",\n")
  }

  /// Running text; what stands between backticks is bold.
  private static func prose(_ text: String) -> String {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false).map { escaped(String($0)) }
    return parts.enumerated().map { $0 % 2 == 1 ? "\\fB\($1)\\fP" : $1 }.joined()
  }

  /// Text that roff takes letter by letter, wherever on a line it stands.
  private static func escaped(_ text: String) -> String {
    let special: [Character: String] = [
      "\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti", "\"": "\\(dq",
    ]
    let letters = text.map { special[$0] ?? String($0) }.joined()
    return letters.hasPrefix(".") ? "\\&" + letters : letters
  }
}
