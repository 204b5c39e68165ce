import Core
import Faces
import Gallery

/// `facenet gallery create`
let galleryCreateVerb = Verb(
  name: "gallery create", summary: "Make an empty gallery for a model",
  details: [
    "A gallery is one SQLite file that its owner alone may read. It is for one embedder and refuses every other one."
  ],
  operands: [.gallery],
  options: [
    .embedder,
    .flag("bytes", "Store a byte a dimension instead of four, as in the FaceNet paper."),
  ],
  examples: [("facenet gallery create door.gallery", "A gallery for the default embedder.")],
  work: { arguments, console in
    let embedder = try Embedder(arguments, threads: 1)
    let encoding: TemplateEncoding = arguments.has("bytes") ? .byte : .float32
    let gallery = try Gallery(creating: arguments.operands[0], model: GalleryModel(embedder), encoding: encoding)
    console.message("\(gallery.path) is for \(embedder.name), \(embedder.dimension) numbers a template")
    return .done
  })
