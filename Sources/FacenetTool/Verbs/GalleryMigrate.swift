import Core
import Faces
import Gallery

/// `facenet gallery migrate`
let galleryMigrateVerb = Verb(
  name: "gallery migrate", summary: "Bind a gallery to another model: every face is embedded again",
  details: [
    "Each face is cut again from its photograph, where that is still what it was, else its thumbnail is taken, if it has "
      + "the size of the new model's crops. All or nothing: where one face has neither, the gallery stays as it was."
  ],
  operands: [.gallery], options: [.embedder, .threads],
  work: { arguments, console in
    let embedder = try Embedder(arguments, threads: ThreadShare(arguments, over: 1).each)
    let gallery = try Gallery(arguments)
    let total = try gallery.count().templates
    let migrated = try console.watch(total, "templates") { () throws(FacenetError) in try gallery.migrate(to: embedder)
    }
    console.message("\(migrated.path) is for \(embedder.name) now: \(counted(total, "template"))")
    return .done
  })
