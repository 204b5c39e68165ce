/// `facenet manual`
let manualVerb = Verb(
  name: "manual", summary: "Write the manual pages",
  details: [
    "Writes facenet.1 and a page a verb, such as facenet-model-install.1, and prints their paths. They say what --help "
      + "says, for man(1)."
  ],
  operands: [Operand("DIR", .one, "The folder to write into; it is made where it does not exist.")],
  examples: [("facenet manual pages && man pages/facenet.1", "Read the manual of a program that is not installed.")],
  work: { arguments, console in
    let folder = arguments.operands[0]
    try makeFolder(folder)
    for page in ManualPage.all(of: Program.verbs) {
      let path = "\(folder)/\(page.name).1"
      let file = try OutputFile(path)
      try file.append(Array(page.text.utf8))
      try file.commit()
      try console.result(path)
    }
    return .done
  })
