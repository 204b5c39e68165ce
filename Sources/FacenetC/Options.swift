import CFacenet
import Core
import Faces
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
  static let firstSize = 40
}

extension facenet_session_options: OptionsStructure {
  static let firstSize = 16
}

/// The caller's options as this version knows them: an older caller's missing fields are zero.
/// - Throws: `invalidArgument` for an impossible `struct_size`, `unsupported` for a newer caller's field that is set.
func readOptions<Options: OptionsStructure>(_ pointer: UnsafePointer<Options>?) throws(FacenetError) -> Options {
  var result = Options()
  guard let pointer else { return result }
  let size = Int(UnsafeRawPointer(pointer).loadUnaligned(as: UInt32.self))
  guard size >= Options.firstSize, size <= 4096 else {
    throw FacenetError(
      .invalidArgument, "options.struct_size is \(size), expected sizeof the structure: \(MemoryLayout<Options>.size)")
  }
  let given = UnsafeRawBufferPointer(start: pointer, count: size)
  let known = min(size, MemoryLayout<Options>.size)
  guard given[known...].allSatisfy({ $0 == 0 }) else {
    throw FacenetError(.unsupported, "options of \(size) bytes set a field that this version does not know")
  }
  withUnsafeMutableBytes(of: &result) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: given[..<known])) }
  return result
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
  private static let kinds: [IndexKind] = [.auto, .flat, .flat8, .mlann]
  private static let likelihoods: [Likelihood] = [.equalVariance, .distanceProportional]

  init(_ pointer: UnsafePointer<facenet_index_options>?) throws(FacenetError) {
    let given = try readOptions(pointer)
    self.init(
      kind: try named(given.kind, Self.kinds, "kind"),
      recall: try optional(given.recall, in: 0...1, "options.recall") ?? 0,
      seed: UInt64(given.seed), threads: try threadLimit(given.threads), pivots: Int(given.pivots),
      examined: Int(given.examined), partitions: Int(given.partitions),
      likelihood: try named(given.likelihood, Self.likelihoods, "likelihood"),
      acceptance: try optional(given.acceptance, in: 0...Float.greatestFiniteMagnitude, "options.acceptance"))
  }
}

/// What an enumerator stands for.
private func named<Value>(_ number: Int32, _ values: [Value], _ name: String) throws(FacenetError) -> Value {
  guard values.indices.contains(Int(number)) else {
    throw FacenetError(.invalidArgument, "options.\(name) is \(number), expected 0 to \(values.count - 1)")
  }
  return values[Int(number)]
}
