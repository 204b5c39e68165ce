/// The completion function for zsh.
enum ZshCompletion {
  /// The file `_facenet`, made from the verbs' declarations. It asks the program itself for the names of models.
  static func script(for verbs: [Verb]) -> String {
    let families = VerbFamily.all(of: verbs)
    let first = families.map { described($0.name, $0.summary) } + [described("help", "Explain a verb")]
    let seconds = families.filter { !$0.members.isEmpty }.map { family in
      let rows = family.members.map { described(VerbFamily.second(of: $0), $0.summary) }
      return "    \(family.name)) seconds=(\(rows.joined(separator: " "))) ;;"
    }
    return """
      #compdef facenet
      # Completion of facenet for zsh; made by `facenet completion zsh`.
      _facenet_models() {
        local -a names
        names=(${(f)"$(facenet model list 2>/dev/null)"})
        compadd "$@" -- ${names%% *}
      }

      _facenet_models_or_files() {
        _alternative 'models:model:_facenet_models' 'files:file:_files'
      }

      _facenet() {
        local verb=$words[2]
        local -a firsts seconds
        if (( CURRENT == 2 )); then
          firsts=(\(first.joined(separator: " ")))
          _describe -t verbs verb firsts
          return
        fi
        case $verb in
      \(seconds.joined(separator: "\n"))
        esac
        shift words
        (( CURRENT-- ))
        if (( $#seconds )); then
          if (( CURRENT == 2 )); then
            _describe -t verbs verb seconds
            return
          fi
          verb="$verb $words[2]"
          shift words
          (( CURRENT-- ))
        fi
        case $verb in
      \(verbs.map(branch).joined(separator: "\n"))
        esac
      }

      _facenet "$@"

      """
  }

  private static func branch(_ verb: Verb) -> String {
    let options = verb.allOptions.map { specification($0, in: verb) } + [quoted("(- *)--help[Print this text.]")]
    let operands = verb.operands.map { operand in
      let start = operand.count == .oneOrMore ? "*" : operand.count == .optional ? ":" : ""
      return quoted("\(start):\(escaped(operand.name)):\(action(Proposals(operand.name)))")
    }
    let arguments = ["_arguments -S"] + options + operands
    return "  \"\(verb.name)\")\n    \(arguments.joined(separator: " \\\n      "))\n    ;;"
  }

  /// `(--far)--threshold=[What it does.]:T: `
  private static func specification(_ option: Option, in verb: Verb) -> String {
    let others = Set(verb.exclusive.filter { $0.contains(option.name) }.joined()).subtracting([option.name])
    let excluded = others.isEmpty ? "" : "(" + others.sorted().map { "--\($0)" }.joined(separator: " ") + ")"
    let text = "[\(escaped(option.summary))]"
    guard let value = Proposals(option) else { return quoted("\(excluded)--\(option.name)\(text)") }
    return quoted("\(excluded)--\(option.name)=\(text):\(escaped(option.placeholder)):\(action(value))")
  }

  private static func action(_ proposals: Proposals) -> String {
    switch (proposals.words.isEmpty, proposals.hasModels, proposals.hasFiles) {
    case (false, _, _): "(\(proposals.words.joined(separator: " ")))"
    case (true, true, true): "_facenet_models_or_files"
    case (true, true, false): "_facenet_models"
    case (true, false, true): "_files"
    case (true, false, false): " "
    }
  }

  private static func described(_ name: String, _ text: String) -> String { quoted("\(name):\(escaped(text))") }

  /// Text in which brackets and colons do not end a part of a specification.
  private static func escaped(_ text: String) -> String {
    text.map { "[]:\\".contains($0) ? "\\\($0)" : String($0) }.joined()
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
