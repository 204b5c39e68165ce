import Core
import Graph
import Imaging

/// An embedder's network, from an ONNX file.
package final class NetworkEmbedding: FaceEmbedding {
  /// Crops that the network takes at once, largest first.
  private static let batches = [16, 8, 4, 2, 1]

  package let facts: EmbedderFacts
  private let normalizer: PixelNormalizer
  private let sessions: SessionPool
  private let takesBatches: Bool

  /// - Throws: `unsupported` for a model that is no embedder, `corrupt` for metadata out of range.
  package init(_ file: ModelFile, options: EmbedderOptions) throws(FacenetError) {
    try checkThreads(options.threads)
    if let role = try file.role(), role != .embedder {
      throw FacenetError(.unsupported, "this model is a \(role.rawValue), not an embedder (\(file.model.name))")
    }
    guard file.model.graph.outputs.count == 1 else {
      let count = file.model.graph.outputs.count
      throw FacenetError(.unsupported, "an embedder has one output, this model has \(count) (\(file.model.name))")
    }
    let metadata = file.metadata
    let shape = try file.model.imageInputShape()
    let side = try Self.side(shape, metadata)
    let template = try Self.template(metadata, side: side)
    let stated = (
      try metadata.normalization(), try metadata.choice("metric", Metric.self), try metadata.number("threshold")
    )
    let thresholds = try (metadata.pairs("thresholds.far") ?? []).map { (falseAcceptRate: $0.0, threshold: $0.1) }
    normalizer = try PixelNormalizer(options.normalization ?? stated.0 ?? .arcFace)
    takesBatches = shape[0] == nil
    let pool = SessionPool(file.model, threads: options.threads)
    sessions = pool
    let dimension = try Progress.part(1, of: 2) { () throws(FacenetError) in try Self.dimension(pool, side: side) }
    facts = EmbedderFacts(
      name: file.name, origin: file.model.name, fingerprint: file.model.fingerprint, dimension: dimension, side: side,
      template: template,
      metric: stated.1 ?? .squaredL2OnUnitSphere, threshold: stated.2 ?? EmbedderFacts.defaultThreshold,
      thresholds: thresholds.sorted { $0.falseAcceptRate < $1.falseAcceptRate })
    if metadata.isEmpty {
      Log.write(.warning, "\(file.model.name) does not say how it is used: it is taken as ArcFace-like")
    }
  }

  package func batch(of left: Int) -> Int { takesBatches ? Self.batches.first { $0 <= left } ?? 1 : 1 }

  package func embed(_ crops: ArraySlice<ImageView>, into vectors: UnsafeMutableBufferPointer<Float>)
    throws(FacenetError)
  {
    let side = facts.side
    try sessions.run([crops.count, 3, side, side]) { input throws(FacenetError) in
      for (row, crop) in crops.enumerated() {
        normalizer.write(crop, width: side, height: side, to: input + 3 * side * side * row)
      }
    } read: { maps throws(FacenetError) in
      guard maps[0].shape.first == crops.count, maps[0].values.count == vectors.count else {
        throw FacenetError(
          .corrupt,
          "the output for \(crops.count) crops is \(maps[0].shape), expected \(facts.dimension) numbers a crop "
            + "(\(sessions.model.name))")
      }
      _ = vectors.update(fromContentsOf: maps[0].values)
    }
  }

  private static func side(_ shape: [Int?], _ metadata: ModelMetadata) throws(FacenetError) -> Int {
    let stated = try metadata.integer("input.side")
    guard let side = stated ?? shape[2] ?? shape[3], side <= EmbedderFacts.largestSide, (shape[2] ?? side) == side,
      (shape[3] ?? side) == side
    else {
      let sizes = shape.map { $0.map(String.init) ?? "?" }.joined(separator: ",")
      throw FacenetError(
        .unsupported,
        "an embedder takes square crops of a fixed side, this model's input is (\(sizes)) (\(metadata.model))")
    }
    return side
  }

  private static func template(_ metadata: ModelMetadata, side: Int) throws(FacenetError) -> AlignmentTemplate {
    guard let points = try metadata.points("align.points", count: 5) else { return try .arcFace(side: side) }
    return try AlignmentTemplate(points, side: side)
  }

  /// The length of an embedding, by planning a run of one crop.
  private static func dimension(_ sessions: SessionPool, side: Int) throws(FacenetError) -> Int {
    try sessions.withSession { session throws(FacenetError) in
      let plan = try session.plan([Operand(TensorType(.float32, [1, 3, side, side]), layout: .channelsLast)])
      let type = plan.outputs[0].type
      guard type.element == .float32, type.shape.first == 1, type.count > 0,
        type.count <= EmbedderFacts.largestDimension
      else {
        throw FacenetError(
          .unsupported, "an embedder gives a row of floats a crop, this model gives \(type) (\(sessions.model.name))")
      }
      return type.count
    }
  }
}
