import Faces
import Imaging

/// Watches a film for faces: follows each, and asks who it is when an embedding pays.
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
  private var tracker: FaceTracker
  private var answers: [Int: Answer] = [:]

  /// - Parameter ask: who is it, for each of the embeddings.
  init(_ pipeline: FacePipeline, policy: FaceTracker.Policy, ask: @escaping ([[Float]]) throws -> [Answer]) {
    self.pipeline = pipeline
    self.ask = ask
    tracker = FaceTracker(policy: policy)
  }

  /// The faces of the next picture, best score first.
  mutating func see(_ picture: Bitmap) throws -> [Sighting] {
    let faces = try pipeline.detector.detect(picture)
    let qualities = try faces.map { try FaceQuality(of: $0, in: picture) }
    let seen = tracker.add(faces, quality: qualities.map(\.value))
    try embed(faces.indices.filter { seen[$0].isDue }.map { (faces[$0], seen[$0].track, qualities[$0].value) }, picture)
    let living = Set(tracker.living)
    answers = answers.filter { living.contains($0.key) }
    return zip(faces.indices, seen).map { index, sighting in
      Sighting(
        face: faces[index], track: sighting.track, quality: qualities[index], answer: answers[sighting.track])
    }
  }

  private mutating func embed(_ due: [(face: Face, track: Int, quality: Float)], _ picture: Bitmap) throws {
    guard !due.isEmpty else { return }
    let crops = try due.map { try pipeline.embedder.align(picture, $0.face) }
    for (entry, answer) in zip(due, try ask(pipeline.embedder.embed(crops))) {
      answers[entry.track] = answer
      tracker.embedded(track: entry.track, quality: entry.quality)
    }
  }
}
