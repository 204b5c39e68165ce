import CFacenet
import Core
import Faces
import Gallery
import Plugins
import Search

/// A structure of options that begins with its own size, so that it may grow.
protocol OptionsStructure {
  /// Every field zero.
  init()
  /// `sizeof` in the first version that had it.
  static var firstSize: Int { get }
}

extension facenet_detector_options: OptionsStructure {
  static let firstSize = 20
}

extension facenet_embedder_options: OptionsStructure {
  static let firstSize = 12
}

extension facenet_index_options: OptionsStructure {
  static let firstSize = 48
}

extension facenet_gallery_options: OptionsStructure {
  static let firstSize = 24
}

extension facenet_identification_options: OptionsStructure {
  static let firstSize = 28
}

extension facenet_session_options: OptionsStructure {
  static let firstSize = 16
}

/// The caller's options as this version knows them; see ``GrowingStructure``. NULL means that all are zero.
func readOptions<Options: OptionsStructure>(_ pointer: UnsafePointer<Options>?) throws(FacenetError) -> Options {
  guard let pointer else { return Options() }
  return try GrowingStructure.read(pointer, zero: Options(), firstSize: Options.firstSize, "options")
}

/// 0 is one thread, `FACENET_ALL_PROCESSORS` is what Swift callers call 0.
func threadLimit(_ count: UInt32, _ name: String = "options.threads") throws(FacenetError) -> Int {
  if count == .max { return 0 }
  guard count <= 1024 else {
    throw FacenetError(.invalidArgument, "\(name) is \(count), expected at most 1024")
  }
  return max(1, Int(count))
}

/// A number in `range`; 0 is nil.
func optional(_ value: Float, in range: ClosedRange<Float>, _ name: String) throws(FacenetError) -> Float? {
  guard range.contains(value) else {
    throw FacenetError(
      .invalidArgument, "\(name) is \(value), expected \(range.lowerBound) to \(range.upperBound)")
  }
  return value == 0 ? nil : value
}

extension DetectorOptions {
  init(_ pointer: UnsafePointer<facenet_detector_options>?) throws(FacenetError) {
    let given = try readOptions(pointer)
    self.init(
      threads: try threadLimit(given.threads),
      minimumScore: try optional(given.minimum_score, in: 0...1, "options.minimum_score"),
      minimumSize: given.minimum_size == 0 ? nil : Int(given.minimum_size),
      overlap: try optional(given.overlap, in: 0...1, "options.overlap"))
  }
}

extension EmbedderOptions {
  init(_ pointer: UnsafePointer<facenet_embedder_options>?) throws(FacenetError) {
    let given = try readOptions(pointer)
    self.init(
      threads: try threadLimit(given.threads),
      threshold: try optional(given.threshold, in: 0...Float.greatestFiniteMagnitude, "options.threshold"))
  }
}

extension IndexOptions {
  private static let choices: [PivotChoice] = [.principal, .farthestFirst, .random, .every]
  private static let likelihoods: [Likelihood] = [.equalVariance, .distanceProportional]

  init(_ pointer: UnsafePointer<facenet_index_options>?) throws(FacenetError) {
    let given = try readOptions(pointer)
    self.init(
      kind: try indexKind(given.kind, "kind"),
      recall: try optional(given.recall, in: 0...1, "options.recall") ?? 0,
      seed: UInt64(given.seed), threads: try threadLimit(given.threads), pivots: Int(given.pivots),
      examined: Int(given.examined), partitions: Int(given.partitions), probed: Int(given.probed),
      pivotChoice: try named(given.choice, Self.choices, "choice"),
      likelihood: try named(given.likelihood, Self.likelihoods, "likelihood"),
      acceptance: try optional(given.acceptance, in: 0...Float.greatestFiniteMagnitude, "options.acceptance"))
  }
}

/// How a gallery is opened, and how a new one stores embeddings.
func galleryOptions(_ pointer: UnsafePointer<facenet_gallery_options>?) throws(FacenetError)
  -> (options: GalleryOptions, encoding: TemplateEncoding)
{
  let given = try readOptions(pointer)
  let index = IndexOptions(
    kind: try indexKind(given.index, "index"),
    recall: try optional(given.recall, in: 0...1, "options.recall") ?? 0, threads: try threadLimit(given.threads))
  let wait = try optional(given.wait, in: 0...3600, "options.wait")
  return (
    GalleryOptions(wait: wait.map(Double.init) ?? 5, index: index),
    try named(given.encoding, [.float32, .byte], "encoding")
  )
}

extension IdentificationOptions {
  init(_ pointer: UnsafePointer<facenet_identification_options>?) throws(FacenetError) {
    let given = try readOptions(pointer)
    let largest = Float.greatestFiniteMagnitude
    let wanted: [Acceptance?] = [
      try optional(given.false_positive_rate, in: 0...1, "options.false_positive_rate")
        .map(Acceptance.falsePositiveIdentificationRate),
      try optional(given.false_accept_rate, in: 0...1, "options.false_accept_rate").map(Acceptance.falseAcceptRate),
      try optional(given.distance, in: 0...largest, "options.distance").map(Acceptance.distance),
    ]
    let acceptances = wanted.compactMap { $0 }
    guard acceptances.count <= 1 else {
      throw FacenetError(
        .invalidArgument, "options ask for several of a false positive rate, a false accept rate and a distance")
    }
    self.init(
      acceptance: acceptances.first ?? .falsePositiveIdentificationRate(0.01),
      people: given.people == 0 ? 5 : Int(given.people), templates: given.templates == 0 ? 1 : Int(given.templates),
      margin: try optional(given.margin, in: 0...largest, "options.margin"))
    guard people <= 1000 else {
      throw FacenetError(.invalidArgument, "options.people is \(people), expected at most 1000")
    }
  }
}

/// What a `facenet_index_kind` stands for.
private func indexKind(_ number: Int32, _ name: String) throws(FacenetError) -> IndexKind {
  guard let kind = IndexKind(number: number) else {
    throw FacenetError(.invalidArgument, "options.\(name) is \(number), which is no kind of index")
  }
  return kind
}

/// What an enumerator stands for.
private func named<Value>(_ number: Int32, _ values: [Value], _ name: String) throws(FacenetError) -> Value {
  guard values.indices.contains(Int(number)) else {
    throw FacenetError(.invalidArgument, "options.\(name) is \(number), expected 0 to \(values.count - 1)")
  }
  return values[Int(number)]
}
