import Core
import Imaging

/// Where a face's landmarks lie in the crop that an embedder takes.
package struct AlignmentTemplate: Sendable, Hashable {
  /// In the order of ``Face/landmarks``, in pixels of the crop; nil for a landmark that does not count.
  package let points: [Point?]
  /// Width and height of the crop in pixels.
  package let side: Int

  /// - Throws: `invalidArgument` unless there are five entries and two or more points.
  package init(_ points: [Point?], side: Int) throws(FacenetError) {
    let used = points.compactMap { $0 }
    guard points.count == 5, used.count >= 2, used.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else {
      throw FacenetError(.invalidArgument, "a template has five landmarks, at least two of them used")
    }
    self.points = points
    self.side = side
  }

  /// The template of ArcFace's training set, for crops of 112 x 112 pixels, scaled to another side.
  ///
  /// Source: Deng et al., "ArcFace: Additive angular margin loss for deep face recognition", 2019, and its code.
  package static func arcFace(side: Int) throws(FacenetError) -> AlignmentTemplate {
    let scale = Float(side) / 112
    let points = [
      Point(38.2946, 51.6963), Point(73.5318, 51.5014), Point(56.0252, 71.7366), Point(41.5493, 92.3655),
      Point(70.7299, 92.2041),
    ]
    return try AlignmentTemplate(points.map { Point($0.x * scale, $0.y * scale) }, side: side)
  }

  /// The face as a crop of `side` x `side` RGB pixels, black where it leaves the picture.
  /// - Throws: `invalidArgument` where the landmarks coincide.
  package func crop(_ image: ImageView, landmarks: [Point]) throws(FacenetError) -> Bitmap {
    precondition(landmarks.count == points.count)
    let used = points.indices.filter { points[$0] != nil }
    let transform = try SimilarityTransform(from: used.map { landmarks[$0] }, to: points.compactMap { $0 })
    return try image.warped(by: transform, width: side, height: side)
  }

  /// The face as a crop; nil where the landmarks coincide, which says nothing of where it is.
  package func cropIfPossible(_ image: ImageView, landmarks: [Point]) throws(FacenetError) -> Bitmap? {
    do throws(FacenetError) { return try crop(image, landmarks: landmarks) } catch {
      guard error.status == .invalidArgument else { throw error }
      return nil
    }
  }
}
