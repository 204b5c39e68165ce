import Core
import Imaging

/// What an embedder is made of: a way to turn crops into vectors.
package protocol FaceEmbedding: Sendable {
  var facts: EmbedderFacts { get }

  /// Writes a vector a crop, `facts.dimension` numbers each, one after the other, of any length.
  /// - Parameter crops: at least one, each `facts.side` x `facts.side` pixels.
  func embed(_ crops: ArraySlice<ImageView>, into vectors: UnsafeMutableBufferPointer<Float>) throws(FacenetError)

  /// How many of `left` crops are best embedded at once, 1 to `left`.
  func batch(of left: Int) -> Int
}

/// What an embedder says of itself.
package struct EmbedderFacts: Sendable {
  /// See ``Embedder/name``.
  package let name: String
  /// The file it was read from, or "the plugin NAME".
  package let origin: String
  /// See ``Embedder/fingerprint``.
  package let fingerprint: String
  /// Numbers in a vector, 1 to 65536.
  package let dimension: Int
  /// Width and height of the crops in pixels, 1 to 1024.
  package let side: Int
  /// Where landmarks lie in a crop.
  package let template: AlignmentTemplate
  package let metric: Metric
  package let threshold: Float
  /// Strictest first.
  package let thresholds: [(falseAcceptRate: Float, threshold: Float)]

  package init(
    name: String, origin: String, fingerprint: String, dimension: Int, side: Int, template: AlignmentTemplate,
    metric: Metric = .squaredL2OnUnitSphere, threshold: Float,
    thresholds: [(falseAcceptRate: Float, threshold: Float)]
  ) {
    (self.name, self.origin, self.fingerprint) = (name, origin, fingerprint)
    (self.dimension, self.side) = (dimension, side)
    (self.template, self.metric, self.threshold, self.thresholds) = (template, metric, threshold, thresholds)
  }

  /// Largest side of a crop in pixels.
  package static let largestSide = 1024
  package static let largestDimension = 1 << 16
  /// The threshold where none is stated: ArcFace-like.
  package static let defaultThreshold: Float = 1.2
}
