/// `facenet completion`
let completionVerb = Verb(
  name: "completion", summary: "Print a script that completes command lines in a shell",
  details: [
    "Prints a script for bash or zsh that completes verbs, options, names of models and files. `make install` and the "
      + "Debian package put it where the shells look for it."
  ],
  operands: [Operand("bash|zsh", .one, "The shell.")],
  examples: [("source <(facenet completion bash)", "Complete command lines in this shell, until it ends.")],
  work: { arguments, console in
    let script =
      switch arguments.operands[0] {
      case "bash": BashCompletion.script(for: Program.verbs)
      case "zsh": ZshCompletion.script(for: Program.verbs)
      case let shell: throw UsageError("completion knows bash and zsh, got '\(shell)'")
      }
    try console.result(String(script.dropLast()))
    return .done
  })
