import Core
import Imaging

/// What a detector is made of: a way to search a picture.
package protocol FaceSearch: Sendable {
  /// The faces in a picture, best score first, in its pixels.
  func faces(in image: ImageView) throws(FacenetError) -> [Face]

  /// A picture whose longer side has this many pixels shows all that the search would see of a larger one; nil where
  /// there is no such size.
  var sufficientSide: Int? { get }
}

/// What a user may set of a search, the model's own figures filled in.
package struct SearchLimits: Sendable, Hashable {
  package var score: Float
  package var overlap: Float
  package var minimumSize: Int?

  package init(score: Float, overlap: Float, minimumSize: Int? = nil) {
    self.score = score
    self.overlap = overlap
    self.minimumSize = minimumSize
  }

  /// - Throws: `invalidArgument` for options out of range; `corrupt` for metadata out of range.
  init(_ options: DetectorOptions, _ metadata: ModelMetadata, score: Float, overlap: Float) throws(FacenetError) {
    for (value, what) in [(options.minimumScore, "minimum score"), (options.overlap, "overlap")] {
      if let value, !(value >= 0 && value <= 1) {
        throw FacenetError(.invalidArgument, "the \(what) must be between 0 and 1, got \(value)")
      }
    }
    if let size = options.minimumSize, size < 1 {
      throw FacenetError(.invalidArgument, "the smallest face must have at least one pixel, got \(size)")
    }
    let stated = (try metadata.fraction("detector.score"), try metadata.fraction("detector.overlap"))
    self.score = options.minimumScore ?? stated.0 ?? score
    self.overlap = options.overlap ?? stated.1 ?? overlap
    minimumSize = options.minimumSize
  }
}
