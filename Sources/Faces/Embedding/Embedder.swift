import Core
import Graph
import Imaging

/// Turns aligned faces into embeddings: vectors that are near each other when the faces are one person's.
///
/// A model whose file carries no facts of ours is taken as ArcFace-like: red, green, blue as (x - 127.5) / 127.5,
/// ArcFace's landmark template, squared L2 distance on the unit sphere, threshold 1.2. Immutable: any thread, many at
/// once.
public final class Embedder: Sendable {
  /// The name of the embedder that is used where none is asked for.
  public static let defaultName = "facenet"

  /// Crops that the network takes at once, largest first.
  private static let batches = [16, 8, 4, 2, 1]
  private static let largestSide = 1024

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
  private let normalizer: PixelNormalizer
  private let sessions: SessionPool
  private let takesBatches: Bool

  /// Opens an embedder: an installed model's name or an ONNX file's path.
  ///
  /// Anything with a slash in it or that ends in `.onnx` is a path.
  /// - Throws: `notFound` for a name that is not installed, saying how to install it; `unsupported` for a model that
  ///   is no embedder; whatever reading the file throws.
  public convenience init(_ nameOrPath: String = Embedder.defaultName, options: EmbedderOptions = EmbedderOptions())
    throws(FacenetError)
  {
    try self.init(ModelFile(nameOrPath), options: options)
  }

  /// Opens an embedder whose ONNX file is in memory; `name` is what messages call it.
  public convenience init(
    decoding bytes: UnsafeRawBufferPointer, name: String = "model", options: EmbedderOptions = EmbedderOptions()
  ) throws(FacenetError) {
    try self.init(ModelFile(decoding: bytes, name: name), options: options)
  }

  /// Opens an embedder whose ONNX file is in memory; `name` is what messages call it.
  public convenience init(
    decoding bytes: [UInt8], name: String = "model", options: EmbedderOptions = EmbedderOptions()
  ) throws(FacenetError) {
    try self.init(ModelFile(decoding: bytes, name: name), options: options)
  }

  package init(_ file: ModelFile, options: EmbedderOptions) throws(FacenetError) {
    guard options.threads >= 0, options.threads <= 1024 else {
      throw FacenetError(.invalidArgument, "the number of threads must be 0 to 1024, got \(options.threads)")
    }
    if let role = try file.role(), role != .embedder {
      throw FacenetError(.unsupported, "this model is a \(role.rawValue), not an embedder (\(file.model.name))")
    }
    guard file.model.graph.outputs.count == 1 else {
      let count = file.model.graph.outputs.count
      throw FacenetError(.unsupported, "an embedder has one output, this model has \(count) (\(file.model.name))")
    }
    let metadata = file.metadata
    let shape = try file.model.imageInputShape()
    side = try Self.side(shape, metadata)
    template = try Self.template(options, metadata, side: side)
    let stated = (
      try metadata.normalization(), try metadata.choice("metric", Metric.self), try metadata.number("threshold")
    )
    normalizer = try PixelNormalizer(options.normalization ?? stated.0 ?? .arcFace)
    metric = options.metric ?? stated.1 ?? .squaredL2OnUnitSphere
    let threshold = options.threshold ?? stated.2 ?? 1.2
    guard threshold >= 0, threshold.isFinite else {
      throw FacenetError(.invalidArgument, "a threshold must be a number from 0 up, got \(threshold)")
    }
    self.threshold = threshold
    thresholds = try (metadata.pairs("thresholds.far") ?? []).map { (falseAcceptRate: $0.0, threshold: $0.1) }
      .sorted { $0.falseAcceptRate < $1.falseAcceptRate }
    name = file.name
    fingerprint = file.model.fingerprint
    takesBatches = shape[0] == nil
    sessions = SessionPool(file.model, threads: options.threads)
    let (pool, side) = (sessions, side)
    dimension = try Progress.part(1, of: 2) { () throws(FacenetError) in try Self.dimension(pool, side: side) }
    if metadata.isEmpty {
      Log.write(.warning, "\(file.model.name) does not say how it is used: it is taken as ArcFace-like")
    }
    Log.write(
      .information, "opened the embedder \(name) (\(file.model.name)): \(side)x\(side) pixels to \(dimension) numbers")
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
      let count = takesBatches ? Self.batches.first { $0 <= left } ?? 1 : 1
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
    try sessions.run([crops.count, 3, side, side]) { input throws(FacenetError) in
      for (row, crop) in crops.enumerated() {
        normalizer.write(crop, width: side, height: side, to: input + 3 * side * side * row)
      }
    } read: { maps throws(FacenetError) in
      guard maps[0].shape.first == crops.count, maps[0].values.count == crops.count * dimension else {
        throw FacenetError(
          .corrupt,
          "the output for \(crops.count) crops is \(maps[0].shape), expected \(dimension) numbers a crop "
            + "(\(sessions.model.name))")
      }
      for (row, position) in crops.indices.enumerated() {
        let vector = UnsafeBufferPointer(rebasing: maps[0].values[row * dimension..<(row + 1) * dimension])
        let target = UnsafeMutableBufferPointer(
          rebasing: embeddings[position * dimension..<(position + 1) * dimension])
        try finish(vector, into: target, position)
      }
    }
  }

  /// Brings an embedding to length 1 where the metric wants it.
  private func finish(
    _ vector: UnsafeBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>, _ position: Int
  ) throws(FacenetError) {
    let square = vector.reduce(0.0) { $0 + Double($1) * Double($1) }
    guard square.isFinite else {
      throw FacenetError(.invalidArgument, "the embedding of crop \(position) is not of finite numbers (\(name))")
    }
    guard metric == .squaredL2OnUnitSphere else {
      _ = target.update(from: vector)
      return
    }
    guard square > 1e-20 else {
      throw FacenetError(
        .invalidArgument, "the embedding of crop \(position) is zero and cannot be brought to length 1 (\(name))")
    }
    let factor = Float(1 / square.squareRoot())
    for index in vector.indices { target[index] = vector[index] * factor }
  }

  private static func side(_ shape: [Int?], _ metadata: ModelMetadata) throws(FacenetError) -> Int {
    let stated = try metadata.integer("input.side")
    guard let side = stated ?? shape[2] ?? shape[3], side <= largestSide, (shape[2] ?? side) == side,
      (shape[3] ?? side) == side
    else {
      let sizes = shape.map { $0.map(String.init) ?? "?" }.joined(separator: ",")
      throw FacenetError(
        .unsupported,
        "an embedder takes square crops of a fixed side, this model's input is (\(sizes)) (\(metadata.model))")
    }
    return side
  }

  private static func template(_ options: EmbedderOptions, _ metadata: ModelMetadata, side: Int) throws(FacenetError)
    -> AlignmentTemplate
  {
    if let points = options.template { return try AlignmentTemplate(points.map { $0 }, side: side) }
    if let points = try metadata.points("align.points", count: 5) {
      return try AlignmentTemplate(points, side: side)
    }
    return try .arcFace(side: side)
  }

  /// The length of an embedding, by planning a run of one crop.
  private static func dimension(_ sessions: SessionPool, side: Int) throws(FacenetError) -> Int {
    try sessions.withSession { session throws(FacenetError) in
      let plan = try session.plan([Operand(TensorType(.float32, [1, 3, side, side]), layout: .channelsLast)])
      let type = plan.outputs[0].type
      guard type.element == .float32, type.shape.first == 1, type.count > 0, type.count <= 1 << 16 else {
        throw FacenetError(
          .unsupported, "an embedder gives a row of floats a crop, this model gives \(type) (\(sessions.model.name))")
      }
      return type.count
    }
  }
}
