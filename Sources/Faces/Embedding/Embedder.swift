import Core
import Imaging

/// Turns aligned faces into embeddings: vectors that are near each other when the faces are one person's.
///
/// A model whose file carries no facts of ours is taken as ArcFace-like: red, green, blue as (x - 127.5) / 127.5,
/// ArcFace's landmark template, squared L2 distance on the unit sphere, threshold 1.2. Immutable: any thread, many at
/// once.
public final class Embedder: Sendable {
  /// The name of the embedder that is used where none is asked for.
  public static let defaultName = "facenet"

  /// The model's name, or the path it was read from.
  public let name: String
  /// 64 hexadecimal digits, equal for models of equal graph and weights, whatever else their files say: embeddings of
  /// models with different ones do not compare.
  public let fingerprint: String
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

  private let template: AlignmentTemplate
  private let embedding: any FaceEmbedding

  /// Opens an embedder: a plugin's by `NAME` or `NAME:LOCATION`, an installed model's name or an ONNX file's path.
  ///
  /// Anything else with a slash in it or that ends in `.onnx` is a path.
  /// - Throws: `notFound` for a name that is not installed, saying how to install it; `unsupported` for a model that
  ///   is no embedder; whatever reading the file, or the plugin, throws.
  public convenience init(_ nameOrPath: String = Embedder.defaultName, options: EmbedderOptions = EmbedderOptions())
    throws(FacenetError)
  {
    let (open, location) = Self.registry.component(for: nameOrPath) ?? (Self.openNetwork, nameOrPath)
    try self.init(try open(location, options), options: options)
  }

  /// Opens an embedder whose ONNX file is in memory; `name` is what messages call it.
  public convenience init(
    decoding bytes: UnsafeRawBufferPointer, name: String = "model", options: EmbedderOptions = EmbedderOptions()
  ) throws(FacenetError) {
    try self.init(NetworkEmbedding(ModelFile(decoding: bytes, name: name), options: options), options: options)
  }

  /// Opens an embedder whose ONNX file is in memory; `name` is what messages call it.
  public convenience init(
    decoding bytes: [UInt8], name: String = "model", options: EmbedderOptions = EmbedderOptions()
  ) throws(FacenetError) {
    try self.init(NetworkEmbedding(ModelFile(decoding: bytes, name: name), options: options), options: options)
  }

  package init(_ embedding: any FaceEmbedding, options: EmbedderOptions) throws(FacenetError) {
    let facts = embedding.facts
    self.embedding = embedding
    (name, fingerprint, dimension, side) = (facts.name, facts.fingerprint, facts.dimension, facts.side)
    template =
      if let points = options.template { try AlignmentTemplate(points.map { $0 }, side: side) } else {
        facts.template
      }
    metric = options.metric ?? facts.metric
    threshold = options.threshold ?? facts.threshold
    thresholds = facts.thresholds
    guard threshold >= 0, threshold.isFinite else {
      throw FacenetError(.invalidArgument, "a threshold must be a number from 0 up, got \(threshold)")
    }
    Log.write(
      .information, "opened the embedder \(name) (\(facts.origin)): \(side)x\(side) pixels to \(dimension) numbers")
  }

  /// The threshold that was measured for a share of false accepts.
  /// - Throws: `notFound` when none was measured for this rate, naming those that were.
  public func threshold(falseAcceptRate: Float) throws(FacenetError) -> Float {
    if let match = thresholds.first(where: { abs($0.falseAcceptRate - falseAcceptRate) <= 1e-3 * falseAcceptRate }) {
      return match.threshold
    }
    let known = thresholds.map { "\($0.falseAcceptRate)" }.joined(separator: ", ")
    throw FacenetError(
      .notFound,
      "no threshold was measured for a false accept rate of \(falseAcceptRate), "
        + (known.isEmpty ? "nor for any other" : "there are: \(known)") + " (\(name))")
  }

  /// Cuts a face out of its picture, turned and scaled so that its landmarks lie where the model wants them.
  ///
  /// - Returns: `side` x `side` RGB pixels; black where the crop leaves the picture.
  /// - Throws: `invalidArgument` when the landmarks coincide.
  public func align(_ image: ImageView, _ face: Face) throws(FacenetError) -> Bitmap {
    try template.crop(image, landmarks: face.landmarks)
  }

  /// Cuts a face out of its picture; nil where its landmarks coincide.
  package func alignIfPossible(_ image: Bitmap, _ face: Face) throws(FacenetError) -> Bitmap? {
    try image.withView { view throws(FacenetError) in try alignIfPossible(view, face) }
  }

  package func alignIfPossible(_ image: ImageView, _ face: Face) throws(FacenetError) -> Bitmap? {
    try template.cropIfPossible(image, landmarks: face.landmarks)
  }

  /// Cuts a face out of its picture; see ``align(_:_:)-(ImageView,_)``.
  public func align(_ image: Bitmap, _ face: Face) throws(FacenetError) -> Bitmap {
    try image.withView { view throws(FacenetError) in try align(view, face) }
  }

  /// The distance of two embeddings by the model's metric.
  /// - Throws: `invalidArgument` when either has not `dimension` numbers.
  public func distance(_ a: [Float], _ b: [Float]) throws(FacenetError) -> Float {
    for embedding in [a, b] where embedding.count != dimension {
      throw FacenetError(
        .invalidArgument, "an embedding has \(dimension) numbers, got \(embedding.count) (\(name))")
    }
    return try metric.distance(a, b)
  }
}

extension Embedder {
  /// Writes the embeddings of aligned crops one after the other: `crops.count * dimension` numbers.
  /// - Throws: `invalidArgument` for a crop that is not `side` x `side` pixels, an embedding that cannot be brought to
  ///   length 1, or a wrong count of `embeddings`. What was written before a failure is undefined.
  public func embed(_ crops: [ImageView], into embeddings: UnsafeMutableBufferPointer<Float>) throws(FacenetError) {
    guard embeddings.count == crops.count * dimension else {
      throw FacenetError(
        .invalidArgument,
        "\(crops.count) embeddings of \(dimension) numbers do not fit in room for \(embeddings.count)")
    }
    for (position, crop) in crops.enumerated() where crop.width != side || crop.height != side {
      throw FacenetError(
        .invalidArgument,
        "crop \(position) is \(crop.width)x\(crop.height) pixels, \(name) takes \(side)x\(side)")
    }
    var start = 0
    while start < crops.count {
      let left = crops.count - start
      let count = embedding.batch(of: left)
      let batch = start..<start + count
      try Progress.part(batch, of: crops.count) { () throws(FacenetError) in
        try embedBatch(crops[batch], into: embeddings)
      }
      start += count
    }
  }

  /// The embeddings of aligned crops, in their order; see ``embed(_:into:)``.
  public func embed(_ crops: [ImageView]) throws(FacenetError) -> [[Float]] {
    var flat = [Float](repeating: 0, count: crops.count * dimension)
    try flat.withUnsafeMutableBufferPointer { buffer throws(FacenetError) in try embed(crops, into: buffer) }
    return crops.indices.map { Array(flat[$0 * dimension..<($0 + 1) * dimension]) }
  }

  /// The embeddings of aligned crops, in their order; see ``embed(_:into:)``.
  public func embed(_ crops: [Bitmap]) throws(FacenetError) -> [[Float]] {
    try withExtendedLifetime(crops) { () throws(FacenetError) in
      try embed(crops.map { crop in crop.withView { $0 } })
    }
  }

  private func embedBatch(_ crops: ArraySlice<ImageView>, into embeddings: UnsafeMutableBufferPointer<Float>)
    throws(FacenetError)
  {
    let start = crops.startIndex * dimension
    let vectors = UnsafeMutableBufferPointer(rebasing: embeddings[start..<crops.endIndex * dimension])
    try embedding.embed(crops, into: vectors)
    for (row, position) in crops.indices.enumerated() {
      try finish(UnsafeMutableBufferPointer(rebasing: vectors[row * dimension..<(row + 1) * dimension]), position)
    }
  }

  /// Brings an embedding to length 1 where the metric wants it.
  private func finish(_ vector: UnsafeMutableBufferPointer<Float>, _ position: Int) throws(FacenetError) {
    let square = vector.reduce(0.0) { $0 + Double($1) * Double($1) }
    guard square.isFinite else {
      throw FacenetError(.invalidArgument, "the embedding of crop \(position) is not of finite numbers (\(name))")
    }
    guard metric == .squaredL2OnUnitSphere else { return }
    guard square > 1e-20 else {
      throw FacenetError(
        .invalidArgument, "the embedding of crop \(position) is zero and cannot be brought to length 1 (\(name))")
    }
    let factor = Float(1 / square.squareRoot())
    for index in vector.indices { vector[index] *= factor }
  }
}
