import Core
import Imaging

/// A face and its embedding.
public struct EmbeddedFace: Sendable, Hashable {
  /// Where the face is.
  public let face: Face
  /// `dimension` numbers of the embedder.
  public let embedding: [Float]

  /// Pairs a face with its embedding.
  public init(face: Face, embedding: [Float]) {
    self.face = face
    self.embedding = embedding
  }
}

/// From a picture to embeddings: a detector and an embedder put together.
///
/// Immutable: any thread, many at once.
public final class FacePipeline: Sendable {
  /// Finds the faces.
  public let detector: Detector
  /// Embeds them.
  public let embedder: Embedder

  /// Puts a detector and an embedder together.
  public init(detector: Detector, embedder: Embedder) {
    self.detector = detector
    self.embedder = embedder
  }

  /// Opens the default detector and the default embedder.
  public convenience init(threads: Int = 1) throws(FacenetError) {
    self.init(
      detector: try Progress.part(0, of: 2) { () throws(FacenetError) in
        try Detector(options: DetectorOptions(threads: threads))
      },
      embedder: try Progress.part(1, of: 2) { () throws(FacenetError) in
        try Embedder(options: EmbedderOptions(threads: threads))
      })
  }

  /// Every face in a picture with its embedding, best score first. One whose landmarks coincide cannot be aligned and is left
  /// out: ``detector`` tells of it.
  public func faces(in image: ImageView) throws(FacenetError) -> [EmbeddedFace] {
    let faces = try Progress.part(0, of: 2) { () throws(FacenetError) in try detector.detect(image) }
    return try Progress.part(1, of: 2) { () throws(FacenetError) in try embed(faces, in: image) }
  }

  /// Every face in a picture with its embedding; see ``faces(in:)-(ImageView)``.
  public func faces(in image: Bitmap) throws(FacenetError) -> [EmbeddedFace] {
    try image.withView { view throws(FacenetError) in try faces(in: view) }
  }

  /// The face with the largest box, with its embedding; nil where no face is found.
  /// - Throws: `invalidArgument` where its landmarks coincide.
  public func largestFace(in image: ImageView) throws(FacenetError) -> EmbeddedFace? {
    let faces = try Progress.part(0, of: 2) { () throws(FacenetError) in try detector.detect(image) }
    guard let largest = faces.max(by: { $0.box.area < $1.box.area }) else { return nil }
    return try Progress.part(1, of: 2) { () throws(FacenetError) in
      let crop = try embedder.align(image, largest)
      return EmbeddedFace(face: largest, embedding: try embedder.embed([crop])[0])
    }
  }

  /// The face with the largest box, with its embedding; nil where no face is found.
  public func largestFace(in image: Bitmap) throws(FacenetError) -> EmbeddedFace? {
    try image.withView { view throws(FacenetError) in try largestFace(in: view) }
  }

  /// Whether the largest faces of two pictures are one person's.
  /// - Parameter threshold: distances up to it mean the same person; nil means the embedder's own.
  /// - Throws: `notFound` when a picture shows no face, saying which.
  public func verify(_ a: Bitmap, _ b: Bitmap, threshold: Float? = nil) throws(FacenetError) -> Verification {
    let first = try Progress.part(0, of: 2) { () throws(FacenetError) in try onlyFace(in: a, "first") }
    let second = try Progress.part(1, of: 2) { () throws(FacenetError) in try onlyFace(in: b, "second") }
    return try verify(first, second, threshold: threshold)
  }

  /// Whether two faces that are already embedded are one person's.
  /// - Parameter threshold: distances up to it mean the same person; nil means the embedder's own.
  public func verify(_ a: EmbeddedFace, _ b: EmbeddedFace, threshold: Float? = nil) throws(FacenetError)
    -> Verification
  {
    let threshold = threshold ?? embedder.threshold
    let distance = try embedder.distance(a.embedding, b.embedding)
    return Verification(distance: distance, threshold: threshold, faces: (a.face, b.face))
  }

  private func onlyFace(in image: Bitmap, _ which: String) throws(FacenetError) -> EmbeddedFace {
    guard let face = try largestFace(in: image) else {
      throw FacenetError(.notFound, "no face was found in the \(which) picture (\(image.width)x\(image.height) pixels)")
    }
    return face
  }

  private func embed(_ faces: [Face], in image: ImageView) throws(FacenetError) -> [EmbeddedFace] {
    var (aligned, crops): ([Face], [Bitmap]) = ([], [])
    for face in faces {
      guard let crop = try embedder.alignIfPossible(image, face) else { continue }
      aligned.append(face)
      crops.append(crop)
    }
    return zip(aligned, try embedder.embed(crops)).map { EmbeddedFace(face: $0, embedding: $1) }
  }
}
