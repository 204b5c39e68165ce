import Core
import Faces
import Imaging

/// The faces of a photograph that were embedded.
struct EmbeddedPhotograph: Sendable {
  struct Entry: Sendable {
    /// The face's number in the photograph, from 1, best score first.
    let number: Int
    /// nil where the photograph was an aligned crop.
    let face: Face?
    let embedding: [Float]
  }

  let width: Int
  let height: Int
  /// Those that could be aligned: of a face whose landmarks coincide nothing is known.
  let faces: [Entry]
  /// How many could not.
  let unaligned: Int
}

/// Photographs in, embeddings out: with a detector, or from aligned crops.
///
/// Immutable: any thread.
struct EmbeddingSource: Sendable {
  let embedder: Embedder
  /// nil for aligned crops.
  let detector: Detector?
  let takesAllFaces: Bool

  /// What `--embedder`, `--detector`, `--all-faces` and `--aligned` ask for.
  init(_ arguments: Arguments, threads: Int) throws(FacenetError) {
    detector = arguments.has("aligned") ? nil : try Detector(arguments, threads: threads)
    embedder = try Embedder(arguments, threads: threads)
    takesAllFaces = arguments.has("all-faces")
  }

  /// - Throws: whatever decoding throws; `invalidArgument` for a crop of another side than the embedder's, and where the
  ///   landmarks of every face that is taken coincide.
  func embeddings(of path: String) throws(FacenetError) -> EmbeddedPhotograph {
    let bitmap = try Bitmap(path: path)
    guard let detector else { return try embedCrop(bitmap) }
    let faces = try detector.detect(bitmap)
    let chosen = takesAllFaces ? Array(faces.indices) : largest(of: faces).map { [$0] } ?? []
    var (aligned, crops): ([Int], [Bitmap]) = ([], [])
    for index in chosen {
      guard let crop = try embedder.alignIfPossible(bitmap, faces[index]) else { continue }
      crops.append(crop)
      aligned.append(index)
    }
    if let first = chosen.first, crops.isEmpty { crops.append(try embedder.align(bitmap, faces[first])) }
    let entries = zip(aligned, try embedder.embed(crops)).map { index, vector in
      EmbeddedPhotograph.Entry(number: index + 1, face: faces[index], embedding: vector)
    }
    return EmbeddedPhotograph(
      width: bitmap.width, height: bitmap.height, faces: entries, unaligned: chosen.count - aligned.count)
  }

  private func embedCrop(_ bitmap: Bitmap) throws(FacenetError) -> EmbeddedPhotograph {
    guard bitmap.width == embedder.side, bitmap.height == embedder.side else {
      throw FacenetError(
        .invalidArgument,
        "an aligned crop for \(embedder.name) has \(embedder.side)x\(embedder.side) pixels, got "
          + "\(bitmap.width)x\(bitmap.height)")
    }
    let vector = try embedder.embed([bitmap])[0]
    let entry = EmbeddedPhotograph.Entry(number: 1, face: nil, embedding: vector)
    return EmbeddedPhotograph(width: bitmap.width, height: bitmap.height, faces: [entry], unaligned: 0)
  }
}

/// The index of the face with the largest box; nil where there is none.
func largest(of faces: [Face]) -> Int? {
  faces.indices.max { faces[$0].width * faces[$0].height < faces[$1].width * faces[$1].height }
}
