/// The help texts, made from the declarations of the verbs.
enum Help {
  private static let width = 80

  /// What the program is for.
  static let purpose =
    "Finds faces in photographs, turns each into a vector, and tells whether two faces are one person's."
  /// What holds for every verb.
  static let conventions =
    "`facenet VERB --help` explains a verb. Results go to standard output, messages to standard error; --json prints "
    + "results for programs."
  /// Variables of the environment that are heeded, and what they say.
  static let environment: [(name: String, text: String)] = [
    ("FACENET_MODELS", "The folder in which models are looked for first."),
    ("FACENET_PLUGINS", "Plugins, and folders of them, that are loaded, separated by colons."),
    ("FACENET_INSTRUCTION_SET", "baseline, avx2 or avx512; default: the best that the processor has."),
    ("XDG_DATA_HOME", "Models are installed into its folder facenet/models; default: ~/.local/share."),
    ("XDG_CACHE_HOME", "What was downloaded is kept in its folder facenet; default: ~/.cache."),
  ]

  /// One verb's help.
  static func text(for verb: Verb) -> String {
    var parts = [usage(of: verb), wrapped(verb.summary + ".", indent: 0)]
    parts += verb.details.map { wrapped($0, indent: 0) }
    if !verb.operands.isEmpty { parts.append(table("", verb.operands.map { ($0.name, $0.summary) })) }
    parts.append(table("Options:", options(of: verb)))
    parts.append(table("Exit status:", verb.exitCodes.map { ("\($0.code.rawValue)", $0.meaning) }))
    if !verb.examples.isEmpty {
      let lines = verb.examples.map { "  \($0.line)\n\(wrapped($0.effect, indent: 6))" }
      parts.append((["Examples:"] + lines).joined(separator: "\n"))
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// The program's help: what it is and the list of verbs.
  static func text(for verbs: [Verb]) -> String {
    let parts = [
      "Usage: facenet VERB [ARGUMENT...]",
      wrapped(purpose, indent: 0),
      table("Verbs:", verbs.map { ($0.name, $0.summary) }),
      table("Environment:", environment),
      wrapped(conventions, indent: 0),
    ]
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// `Usage: facenet detect PHOTO|DIR... [--json] [--threshold T | --far F]`, in lines of at most 80 characters.
  static func usage(of verb: Verb) -> String {
    let start = "Usage: facenet \(verb.name)"
    var lines = [start]
    for word in synopsis(of: verb) {
      if lines[lines.count - 1].count + 1 + word.count > width {
        lines.append(String(repeating: " ", count: 8) + word)
      } else {
        lines[lines.count - 1] += " " + word
      }
    }
    return lines.joined(separator: "\n")
  }

  /// The words that may follow the verb: operands, then options in brackets.
  static func synopsis(of verb: Verb) -> [String] {
    verb.operands.map(\.usage) + alternatives(of: verb).map { "[\($0.joined(separator: " | "))]" }
  }

  /// The options and what they do, those that every verb has last.
  static func options(of verb: Verb) -> [(name: String, text: String)] {
    verb.allOptions.map { ($0.usage, $0.summary) } + [("--help", "Print this text.")]
  }

  /// The verb's options in their order, those of one pair of brackets together: where options exclude each other and
  /// nothing else, they stand at the place of the first.
  private static func alternatives(of verb: Verb) -> [[String]] {
    var written: Set<String> = []
    return verb.options.compactMap { option in
      guard !written.contains(option.name) else { return nil }
      let group = verb.exclusive.first { names in
        names.contains(option.name) && verb.exclusive.allSatisfy { $0 == names || Set($0).isDisjoint(with: names) }
      }
      let names = group ?? [option.name]
      written.formUnion(names)
      return verb.options.filter { names.contains($0.name) }.map(\.usage)
    }
  }

  private static func table(_ title: String, _ rows: [(name: String, text: String)]) -> String {
    let column = min(rows.map(\.name.count).max() ?? 0, 24) + 4
    let lines = rows.map { row -> String in
      let text = wrapped(row.text, indent: column)
      guard row.name.count <= column - 4 else { return "  \(row.name)\n\(text)" }
      let start = "  " + row.name
      return start + text.dropFirst(start.count)
    }
    return ((title.isEmpty ? [] : [title]) + lines).joined(separator: "\n")
  }

  private static func wrapped(_ text: String, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty && indent + line.count + 1 + word.count > width {
        lines.append(margin + line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return (lines + [margin + line]).joined(separator: "\n")
  }
}
