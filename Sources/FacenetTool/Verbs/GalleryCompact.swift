import Core
import Gallery

/// `facenet gallery compact`
let galleryCompactVerb = Verb(
  name: "gallery compact", summary: "Give back the space that removed people took, and make the index again",
  details: ["Nothing is left then of what the index learnt of them. Takes as much memory as the file has bytes."],
  operands: [.gallery],
  work: { arguments, console in
    let gallery = try Gallery(arguments)
    let templates = try gallery.count().templates
    try console.watch(templates, "templates") { () throws(FacenetError) in try gallery.compact() }
    return .done
  })
