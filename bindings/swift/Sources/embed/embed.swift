// What are the vectors of the faces?  embed PHOTO.jpg   prints a line a face: the numbers of its embedding
import Facenet
@preconcurrency import Glibc

/// Finds the faces, cuts each out upright, embeds all crops in one call: what `FacePipeline.faces(in:)` does.
func embeddings(_ path: String) throws(FacenetError) -> [[Float]] {
  let detector = try Detector()
  let embedder = try Embedder()
  let photograph = try Bitmap(path: path)
  var crops: [Bitmap] = []
  for face in try detector.detect(photograph) { crops.append(try embedder.align(photograph, face)) }
  return try embedder.embed(crops)
}

guard CommandLine.arguments.count == 2 else {
  fputs("usage: embed PHOTO.jpg\n", stderr)
  exit(2)
}
do {
  for vector in try embeddings(CommandLine.arguments[1]) {
    print(vector.map { "\($0)" }.joined(separator: " "))
  }
} catch {
  switch error.status {
  case .notFound: fputs("embed: \(error) (a file or a model is missing)\n", stderr)
  default: fputs("embed: \(error)\n", stderr)
  }
  exit(1)
}
