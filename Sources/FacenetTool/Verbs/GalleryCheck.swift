import Core
import Gallery

/// `facenet gallery check`
let galleryCheckVerb = Verb(
  name: "gallery check", summary: "Read all of a gallery and say what is wrong with it",
  details: ["Prints a line a fault, and nothing where the database, every template and the saved index are sound."],
  operands: [.gallery],
  exitCodes: [
    (.done, "sound"), (.partly, "faults were found"), (.failed, "the gallery cannot be read"),
  ],
  work: { arguments, console in
    let gallery = try Gallery(arguments)
    let templates = (try? gallery.count().templates) ?? 0
    let faults = try console.watch(templates, "templates") { () throws(FacenetError) in try gallery.check() }
    for fault in faults { try console.result(fault) }
    return faults.isEmpty ? .done : .partly
  })
