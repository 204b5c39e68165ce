import Core
import Faces

/// `facenet model list`
let modelListVerb = Verb(
  name: "model list", summary: "List the models that are installed or can be",
  details: [
    "Prints the name of each model and its file, or the command that installs it.",
    "--json prints one list of objects with name and path, which is null for a model that is not installed.",
  ],
  options: [.json],
  work: { arguments, console in
    let installed = ModelStore.installed()
    let missing = ModelStore.knownNames.filter { name in !installed.contains { $0.name == name } }
    if arguments.has("json") {
      let found = installed.map { JSON.object([("name", .text($0.name)), ("path", .text($0.path))]) }
      let absent = missing.map { JSON.object([("name", .text($0)), ("path", .null)]) }
      try console.result(JSON.list(found + absent).description)
      return .done
    }
    let width = (installed.map(\.name) + missing).map(\.count).max() ?? 0
    for model in installed { try console.result(padded(model.name, width) + "  " + model.path) }
    for name in missing {
      try console.result(padded(name, width) + "  not installed: facenet model install \(name)")
    }
    return .done
  })
