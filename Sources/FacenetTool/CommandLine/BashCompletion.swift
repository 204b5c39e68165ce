/// The completion script for bash.
enum BashCompletion {
  /// The script, made from the verbs' declarations. It asks the program itself for the names of models.
  static func script(for verbs: [Verb]) -> String {
    let families = VerbFamily.all(of: verbs)
    let seconds = families.filter { !$0.members.isEmpty }.map { family in
      "    \(family.name)) seconds=\"\(family.members.map(VerbFamily.second).joined(separator: " "))\" ;;"
    }
    return """
      # Completion of facenet for bash; made by `facenet completion bash`.
      _facenet() {
        local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD - 1]}"
        local verb="${COMP_WORDS[1]}" seconds="" options="" words="" models="" files="" IFS=$' \\t\\n'
        COMPREPLY=()
        # Of --name=value bash makes three words.
        if [ "$current" = "=" ]; then
          current=""
        elif [ "$previous" = "=" ]; then
          previous="${COMP_WORDS[COMP_CWORD - 2]}"
        fi
        if [ "$COMP_CWORD" -eq 1 ]; then
          COMPREPLY=($(compgen -W "\(families.map(\.name).joined(separator: " ")) help --help --version" -- "$current"))
          return
        fi
        case "$verb" in
      \(seconds.joined(separator: "\n"))
        esac
        if [ -n "$seconds" ]; then
          if [ "$COMP_CWORD" -eq 2 ]; then
            COMPREPLY=($(compgen -W "$seconds --help" -- "$current"))
            return
          fi
          verb="$verb ${COMP_WORDS[2]}"
        fi
        case "$verb" in
      \(verbs.map(branch).joined(separator: "\n"))
        *) return ;;
        esac
        if [[ "$current" == -* && -n "$options" ]]; then
          COMPREPLY=($(compgen -W "$options" -- "$current"))
          return
        fi
        [ -z "$models" ] || words="$words $("$1" model list 2>/dev/null | cut -d ' ' -f 1)"
        COMPREPLY=($(compgen -W "$words" -- "$current"))
        [ -z "$files" ] || compopt -o default 2>/dev/null
      }
      complete -F _facenet facenet

      """
  }

  /// Sets what may follow the previous word within one verb.
  private static func branch(_ verb: Verb) -> String {
    let names = (verb.allOptions.map { "--\($0.name)" } + ["--help"]).joined(separator: " ")
    let valued = verb.allOptions.compactMap { option in
      Proposals(option).map { "    --\(option.name)) \(assignments($0, orElse: ":")) ;;" }
    }
    let operands = Proposals(verb.operands.map(\.name).joined(separator: "|"))
    let otherwise = "    *) options=\"\(names)\"\(separated(assignments(operands, orElse: ""))) ;;"
    let lines = ["  \"\(verb.name)\")", "    case \"$previous\" in"] + valued + [otherwise, "    esac", "    ;;"]
    return lines.joined(separator: "\n")
  }

  private static func assignments(_ proposals: Proposals, orElse nothing: String) -> String {
    var parts: [String] = []
    if !proposals.words.isEmpty { parts.append("words=\"\(proposals.words.joined(separator: " "))\"") }
    if proposals.hasModels { parts.append("models=1") }
    if proposals.hasFiles { parts.append("files=1") }
    return parts.isEmpty ? nothing : parts.joined(separator: " ")
  }

  private static func separated(_ text: String) -> String { text.isEmpty ? "" : " " + text }
}
