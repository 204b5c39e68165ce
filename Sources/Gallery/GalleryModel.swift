import Core
import Faces
import Search

/// The embedder that a gallery's templates come from, and what was measured of it.
public struct GalleryModel: Sendable {
  /// What people call it.
  public let name: String
  /// Says which network it is: equal for equal graphs and weights. See ``Embedder/fingerprint``.
  public let fingerprint: String
  /// Numbers in an embedding.
  public let dimension: Int
  /// How distances are measured.
  public let metric: Metric
  /// Distances up to this one mean the same person, for two photographs.
  public let threshold: Float
  /// Thresholds by the share of different people that pass, strictest first.
  public let thresholds: [(falseAcceptRate: Float, threshold: Float)]

  /// The facts of an embedder.
  public init(_ embedder: Embedder) {
    name = embedder.name
    fingerprint = embedder.fingerprint
    dimension = embedder.dimension
    metric = embedder.metric
    threshold = embedder.threshold
    thresholds = embedder.thresholds
  }

  /// The facts of an embedder that is not at hand.
  /// - Throws: `invalidArgument` for a fact out of its range.
  public init(
    name: String, fingerprint: String, dimension: Int, metric: Metric = .squaredL2OnUnitSphere, threshold: Float = 1.2,
    thresholds: [(falseAcceptRate: Float, threshold: Float)] = []
  ) throws(FacenetError) {
    guard (1...65_536).contains(dimension) else {
      throw FacenetError(.invalidArgument, "a model's dimension must be 1 to 65536, got \(dimension)")
    }
    guard !fingerprint.isEmpty, fingerprint.utf8.count <= 1000, name.utf8.count <= 1000, !name.contains("\n") else {
      throw FacenetError(.invalidArgument, "a model needs a fingerprint and a name of one line, 1000 bytes at most")
    }
    guard threshold.isFinite, threshold >= 0,
      thresholds.allSatisfy({ $0.falseAcceptRate > 0 && $0.falseAcceptRate < 1 && $0.threshold.isFinite })
    else { throw FacenetError(.invalidArgument, "a threshold of the model \(name) is out of range") }
    self.name = name
    self.fingerprint = fingerprint
    self.dimension = dimension
    self.metric = metric
    self.threshold = threshold
    self.thresholds = thresholds.sorted { $0.falseAcceptRate < $1.falseAcceptRate }
  }

  /// The name and the beginning of the fingerprint: two models may have one name.
  var title: String { "\(name) (\(fingerprint.prefix(12)))" }

  /// - Throws: `invalidArgument` for what is no embedding of this model.
  func check(_ embedding: some Collection<Float>) throws(FacenetError) {
    guard embedding.count == dimension else {
      throw FacenetError(.invalidArgument, "an embedding of \(name) has \(dimension) numbers, got \(embedding.count)")
    }
    let square = embedding.reduce(0.0) { $0 + Double($1) * Double($1) }
    guard square.isFinite else { throw FacenetError(.invalidArgument, "an embedding is not of finite numbers") }
    guard square > 0 else { throw FacenetError(.invalidArgument, "an embedding is zero") }
    guard VectorIndex.squaredLengths.contains(Float(square)) else {
      throw FacenetError(.invalidArgument, "an embedding's length lies outside 1e-6 to 1e6: \(square.squareRoot())")
    }
    if metric == .squaredL2OnUnitSphere, abs(square - 1) > 0.01 {
      throw FacenetError(.invalidArgument, "an embedding of \(name) has length 1, got \(square.squareRoot())")
    }
  }
}

extension GalleryModel {
  /// Six lines of text: name, fingerprint, dimension, metric, threshold, `rate:threshold` pairs with commas.
  var encoded: [UInt8] {
    let pairs = thresholds.map { "\($0.falseAcceptRate):\($0.threshold)" }.joined(separator: ",")
    let lines = [name, fingerprint, "\(dimension)", metric.rawValue, "\(threshold)", pairs]
    return Array(lines.joined(separator: "\n").utf8)
  }

  /// - Throws: `corrupt` for anything but what ``encoded`` gives.
  init(decoding bytes: [UInt8], path: String) throws(FacenetError) {
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    let damage = FacenetError(.corrupt, "the gallery \(path) does not say which model it is for")
    guard lines.count == 6, let dimension = Int(lines[2]), let metric = Metric(rawValue: String(lines[3])),
      let threshold = Float(lines[4])
    else { throw damage }
    var pairs: [(falseAcceptRate: Float, threshold: Float)] = []
    for pair in lines[5].split(separator: ",") {
      let numbers = pair.split(separator: ":").compactMap { Float($0) }
      guard numbers.count == 2 else { throw damage }
      pairs.append((numbers[0], numbers[1]))
    }
    do throws(FacenetError) {
      try self.init(
        name: String(lines[0]), fingerprint: String(lines[1]), dimension: dimension, metric: metric,
        threshold: threshold, thresholds: pairs)
    } catch { throw damage }
  }
}
