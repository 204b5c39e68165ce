/// `facenet version`
let versionVerb = Verb(
  name: "version", summary: "Print the version",
  work: { _, console in
    try console.result("facenet \(Program.version)")
    return .done
  })
