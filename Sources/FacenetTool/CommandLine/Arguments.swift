/// A verb's command line, taken apart and checked against the verb's declarations.
struct Arguments: Sendable {
  /// Words that are not options, in their order.
  private(set) var operands: [String] = []
  private(set) var wantsHelp = false
  private var values: [String: String] = [:]
  private let declared: [Option]

  /// Takes `words` apart, which come after the verb's name.
  ///
  /// `--name value` and `--name=value` mean the same; after `--` every word is an operand; so is a lone `-`.
  init(_ words: [String], for verb: Verb) throws(UsageError) {
    declared = verb.options
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        break
      } else if word == "--help" || word == "-h" {
        wantsHelp = true
      } else if word.hasPrefix("-") && word != "-" {
        try readOption(word, &rest, verb)
      } else {
        operands.append(word)
      }
    }
    if wantsHelp { return }
    try checkOperands(verb)
    for names in verb.exclusive {
      let given = names.filter { values[$0] != nil }.map { "--\($0)" }
      guard given.count < 2 else { throw UsageError("\(given[0]) and \(given[1]) cannot stand together") }
    }
  }

  private mutating func readOption(_ word: String, _ rest: inout ArraySlice<String>, _ verb: Verb) throws(UsageError) {
    let halves = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let option = declared.first(where: { "--\($0.name)" == halves[0] }) else {
      throw UsageError(Self.unknown(String(halves[0]), verb))
    }
    guard values[option.name] == nil else { throw UsageError("--\(option.name) stands twice") }
    guard option.takesValue else {
      guard halves.count == 1 else { throw UsageError("--\(option.name) takes no value, got '\(halves[1])'") }
      values[option.name] = ""
      return
    }
    let value: String
    if halves.count == 2 {
      value = String(halves[1])
    } else if let next = rest.first, !next.hasPrefix("--") {
      value = next
      rest.removeFirst()
    } else {
      throw UsageError("--\(option.name) needs a value: \(option.usage)")
    }
    guard !value.isEmpty else { throw UsageError("the value of --\(option.name) is empty: \(option.usage)") }
    try option.check(value)
    values[option.name] = value
  }

  private static func unknown(_ word: String, _ verb: Verb) -> String {
    let names = verb.options.map { "--\($0.name)" } + ["--help"]
    guard word.hasPrefix("--") else {
      return "\(verb.name) knows no option \(word) (a file of that name is written ./\(word))"
    }
    return "\(verb.name) knows no option \(word)" + (nearest(to: word, among: names).map { "; is \($0) meant?" } ?? "")
  }

  private func checkOperands(_ verb: Verb) throws(UsageError) {
    let least = verb.operands.count { $0.count != .optional }
    let unlimited = verb.operands.contains { $0.count == .oneOrMore }
    if operands.count < least {
      let missing = verb.operands.filter { $0.count != .optional }[operands.count]
      throw UsageError("\(verb.name) needs \(missing.usage): `facenet \(verb.name) --help` explains it")
    }
    if !unlimited && operands.count > verb.operands.count {
      let taken = verb.operands.map(\.usage).joined(separator: " ")
      throw UsageError(
        "\(verb.name) does not know what to do with '\(operands[verb.operands.count])'"
          + (taken.isEmpty ? "" : " after \(taken)"))
    }
    if let empty = operands.firstIndex(of: "") {
      throw UsageError("\(verb.operands[min(empty, verb.operands.count - 1)].name) is empty")
    }
  }

  /// Whether a flag or an option stands on the command line.
  func has(_ name: String) -> Bool { text(name) != nil }

  /// An option's value; nil where the option does not stand.
  func text(_ name: String) -> String? {
    precondition(declared.contains { $0.name == name }, "--\(name) is not declared")
    return values[name]
  }

  func integer(_ name: String) -> Int? { text(name).flatMap { Int($0) } }

  func number(_ name: String) -> Float? { text(name).flatMap { Float($0) } }
}
