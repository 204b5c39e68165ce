import Faces
import Gallery
import Imaging

/// Watches a film for faces: follows each, and asks who it is when an embedding pays. When the gallery has changed, all
/// who are followed are asked about once more, by the embeddings that there are.
///
/// One thread at a time.
struct FaceWatch<Answer> {
  /// A face of a picture.
  struct Sighting {
    let face: Face
    /// The number of the person's way through the film, from 1.
    let track: Int
    let quality: FaceQuality
    /// What the last embedding of the track was answered with; nil where there was none: it waits for its turn, or its
    /// landmarks coincide, so that it cannot be aligned.
    let answer: Answer?
  }

  let pipeline: FacePipeline
  private let ask: ([[Float]]) throws -> [Answer]
  private let version: () throws -> GalleryVersion
  private var tracker: FaceTracker
  private var tracks: [Int: (embedding: [Float], answer: Answer)] = [:]
  /// The gallery's state that all answers come from, or an earlier one than they do.
  private var answered: GalleryVersion?

  /// - Parameters:
  ///   - ask: who is it, for each of the embeddings.
  ///   - version: the state of the gallery that is asked.
  init(
    _ pipeline: FacePipeline, policy: FaceTracker.Policy, ask: @escaping ([[Float]]) throws -> [Answer],
    version: @escaping () throws -> GalleryVersion
  ) {
    self.pipeline = pipeline
    self.ask = ask
    self.version = version
    tracker = FaceTracker(policy: policy)
  }

  /// The faces of the next picture, best score first.
  mutating func see(_ picture: Bitmap) throws -> [Sighting] {
    try followGallery()
    let faces = try pipeline.detector.detect(picture)
    let qualities = try faces.map { try FaceQuality(of: $0, in: picture) }
    let seen = tracker.add(faces, quality: qualities.map(\.value))
    try embed(faces.indices.filter { seen[$0].isDue }.map { (faces[$0], seen[$0].track, qualities[$0].value) }, picture)
    let living = Set(tracker.living)
    tracks = tracks.filter { living.contains($0.key) }
    return zip(faces.indices, seen).map { index, sighting in
      Sighting(
        face: faces[index], track: sighting.track, quality: qualities[index], answer: tracks[sighting.track]?.answer)
    }
  }

  private mutating func embed(_ due: [(face: Face, track: Int, quality: Float)], _ picture: Bitmap) throws {
    guard !due.isEmpty else { return }
    let crops = try due.map { try pipeline.embedder.align(picture, $0.face) }
    let embeddings = try pipeline.embedder.embed(crops)
    for ((entry, embedding), answer) in zip(zip(due, embeddings), try ask(embeddings)) {
      tracks[entry.track] = (embedding, answer)
      tracker.embedded(track: entry.track, quality: entry.quality)
    }
  }

  private mutating func followGallery() throws {
    let now = try version()
    guard now != answered else { return }
    let asked = Array(tracks.mapValues(\.embedding))
    for ((track, embedding), answer) in zip(asked, try ask(asked.map(\.value))) {
      tracks[track] = (embedding, answer)
    }
    answered = now
  }
}
