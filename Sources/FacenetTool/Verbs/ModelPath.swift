import Core
import Faces

/// `facenet model path`
let modelPathVerb = Verb(
  name: "model path", summary: "Print the file of an installed model",
  operands: [Operand("NAME", .one, "The name of an installed model.")],
  exitCodes: [(.done, "the model is installed"), (.failed, "it is not, or the command line is wrong")],
  work: { arguments, console in
    try console.result(try ModelStore.path(of: arguments.operands[0]))
    return .done
  })
