import Core
import Faces
import Gallery

/// `facenet gallery migrate`
let galleryMigrateVerb = Verb(
  name: "gallery migrate", summary: "Bind a gallery to another model: every face is embedded again",
  details: [
    "Each face is cut again from its photograph, where that is still what it was; a photograph that was enrolled with "
      + "--aligned is a crop itself. Else its thumbnail is taken. Crops and thumbnails must have the size of the new model's. "
      + "Thumbnails are made anew. All or nothing: where nothing is left of one face, the gallery stays as it was. Others may "
      + "read the gallery meanwhile, as it was, but not write to it."
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
