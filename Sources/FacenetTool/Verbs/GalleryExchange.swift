import Core
import Gallery
import Glibc

/// `facenet gallery export`
let galleryExportVerb = Verb(
  name: "gallery export", summary: "Write all people and templates into a folder",
  details: [
    "people.jsonl has a person a line, templates.npy the embeddings in that order: docs/gallery.md says more. All is written "
      + "or nothing, and over nothing."
  ],
  operands: [.gallery, Operand("DIR", .one, "A folder that is empty, or is not there and is made.")],
  work: { arguments, console in
    let gallery = try Gallery(arguments)
    let templates = try gallery.count().templates
    try console.watch(templates, "templates") { () throws(FacenetError) in
      try gallery.export(to: arguments.operands[1])
    }
    return .done
  })

/// `facenet gallery import`
let galleryImportVerb = Verb(
  name: "gallery import", summary: "Add the people of an export, or embeddings of a NumPy file",
  details: [
    "An export is added all or not at all; somebody who is there already, by key, or by name and moment of enrolment, is "
      + "refused. Of a .npy file (float32, an embedding a row) some thousand rows are written at "
      + "a time; rows of one key are one person, who is made where nobody has the key; a row that its person has already "
      + "is left out. Prints how many people, or templates, were added."
  ],
  operands: [.gallery, Operand("DIR|FILE.npy", .one, "What `gallery export` has written, or a matrix.")],
  options: [.text("keys", "FILE", "For a .npy file: a key for each row, one a line.")],
  work: { arguments, console in
    let gallery = try Gallery(arguments)
    let source = arguments.operands[1]
    guard let keyFile = arguments.text("keys") else {
      guard access(source, F_OK) == 0 else { throw FacenetError(.notFound, "there is no \(source)") }
      guard isFolder(source) else { throw UsageError("a .npy file needs --keys; an export is a folder") }
      let people = try console.watch(100, "percent") { () throws(FacenetError) in
        try gallery.importPeople(from: source)
      }
      try console.result(counted(people, "person", "people"))
      return .done
    }
    let keys = try keys(in: keyFile)
    let before = try gallery.count().templates
    let count: Int
    do throws(FacenetError) {
      count = try console.watch(keys.count, "templates") { () throws(FacenetError) in
        try gallery.enrol(embeddingsAt: source, keys: keys)
      }
    } catch {
      if error.status == .cancelled {
        let added = try gallery.count().templates - before
        console.message("\(added) of \(keys.count) rows were added; do it again for the rest")
      }
      throw error
    }
    try console.result(counted(count, "template"))
    if count < keys.count { console.message("\(keys.count - count) of \(keys.count) rows were there already") }
    return .done
  })
