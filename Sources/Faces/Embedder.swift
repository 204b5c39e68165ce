import Core
import Graph
import Imaging

/// Turns aligned faces into embeddings: vectors that are near each other when the faces are one person's.
///
/// A model whose file carries no facts of ours is taken as ArcFace-like: red, green, blue as (x - 127.5) / 127.5,
/// ArcFace's landmark template, squared L2 distance on the unit sphere. Immutable: any thread, many at once.
public final class Embedder: Sendable {
  /// The name of the embedder that is used where none is asked for.
  public static let defaultName = "facenet"

  /// The model's name, or the path it was read from.
  public let name: String
  /// Numbers in an embedding.
  public let dimension: Int
  /// Width and height, in pixels, of the crops the model takes.
  public let side: Int
  /// How distances of its embeddings are measured.
  public let metric: Metric
  /// Distances up to this one mean the same person.
  public let threshold: Float
  /// Thresholds by the share of different people who would pass as the same, as measured by whoever made the model;
  /// strictest first, empty where nothing was measured.
  public let thresholds: [(falseAcceptRate: Float, threshold: Float)]

  /// Opens an embedder: an installed model's name or an ONNX file's path.
  ///
  /// Anything with a slash in it or that ends in `.onnx` is a path.
  /// - Throws: `notFound` for a name that is not installed, saying how to install it; `unsupported` for a model that
  ///   is no embedder; whatever reading the file throws.
  public init(_ nameOrPath: String = Embedder.defaultName, options: EmbedderOptions = EmbedderOptions())
    throws(FacenetError)
  {
    throw FacenetError(.unsupported, "embedders are not built yet")
  }

  /// Opens an embedder whose ONNX file is in memory; `name` is what messages call it.
  public init(bytes: UnsafeRawBufferPointer, name: String = "model", options: EmbedderOptions = EmbedderOptions())
    throws(FacenetError)
  {
    throw FacenetError(.unsupported, "embedders are not built yet")
  }

  /// The threshold that was measured for a share of false accepts.
  /// - Throws: `notFound` when none was measured for exactly this rate, naming those that were.
  public func threshold(falseAcceptRate: Float) throws(FacenetError) -> Float {
    throw FacenetError(.unsupported, "embedders are not built yet")
  }

  /// Cuts a face out of its picture, turned and scaled so that its landmarks lie where the model wants them.
  ///
  /// - Returns: `side` x `side` RGB pixels; black where the crop leaves the picture.
  public func align(_ image: ImageView, _ face: Face) throws(FacenetError) -> Bitmap {
    throw FacenetError(.unsupported, "embedders are not built yet")
  }

  /// Cuts a face out of its picture; see ``align(_:_:)-1``.
  public func align(_ image: Bitmap, _ face: Face) throws(FacenetError) -> Bitmap {
    try image.withView { view throws(FacenetError) in try align(view, face) }
  }

  /// The embeddings of aligned crops, in their order.
  /// - Throws: `invalidArgument` for a crop that is not `side` x `side` pixels, or one whose embedding has no direction.
  public func embed(_ crops: [ImageView]) throws(FacenetError) -> [[Float]] {
    throw FacenetError(.unsupported, "embedders are not built yet")
  }

  /// The embeddings of aligned crops, in their order; see ``embed(_:)-1``.
  public func embed(_ crops: [Bitmap]) throws(FacenetError) -> [[Float]] {
    throw FacenetError(.unsupported, "embedders are not built yet")
  }

  /// Writes the embeddings of aligned crops one after the other: `crops.count * dimension` numbers.
  /// - Throws: as ``embed(_:)-1``, and `invalidArgument` when `embeddings` has another count. What was written before
  ///   a failure is undefined.
  public func embed(_ crops: [ImageView], into embeddings: UnsafeMutableBufferPointer<Float>) throws(FacenetError) {
    throw FacenetError(.unsupported, "embedders are not built yet")
  }

  /// The distance of two embeddings by the model's metric.
  /// - Throws: `invalidArgument` when either has not `dimension` numbers.
  public func distance(_ a: [Float], _ b: [Float]) throws(FacenetError) -> Float {
    try metric.distance(a, b)
  }
}
