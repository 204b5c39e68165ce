import Core
import Faces

/// Options that several verbs take.
extension Option {
  static let json = flag("json", "Print JSON for programs.")
  static let detector = text(
    "detector", "NAME|FILE.onnx", "The model, or plugin's detector, that finds faces; default: \(Detector.defaultName)."
  )
  static let embedder = text(
    "embedder", "NAME|FILE.onnx",
    "The model, or plugin's embedder, that turns faces into vectors; default: \(Embedder.defaultName).")
  static let minimumSize = integer(
    "minimum-size", "N", 1...1_000_000,
    "The smallest side, in pixels, of a face that must be found; default: a fortieth of the photograph's longer side, "
      + "but at least what the detector finds reliably, 16 to 24. Larger is faster.")
  static let minimumScore = number(
    "minimum-score", "S", 0...1, "Leave out faces with a lower score, 0 to 1; default: the detector's own limit.")
  /// Every verb takes it; see ``PluginArguments``.
  static let plugin = text(
    "plugin", "FILE.so|DIR", "Load a plugin, or those of a folder; may stand several times, and before the verb.")
  static let threads = integer(
    "threads", "N", 1...1024, "Use at most this many threads; default: one a processor.")
}

/// How many threads work at once, and how many of them on one photograph.
struct ThreadShare: Sendable {
  let photographs: Int
  let each: Int

  /// Threads as asked for, spread over `count` photographs.
  @MainActor
  init(_ arguments: Arguments, over count: Int) {
    let total = arguments.integer("threads") ?? ThreadPool.processors
    photographs = max(1, min(total, count))
    each = max(1, total / photographs)
  }
}

extension Detector {
  /// The detector that the command line asks for.
  convenience init(_ arguments: Arguments, threads: Int) throws(FacenetError) {
    let options = DetectorOptions(
      threads: threads, minimumScore: arguments.number("minimum-score"), minimumSize: arguments.integer("minimum-size"))
    try self.init(arguments.text("detector") ?? Detector.defaultName, options: options)
  }
}

extension Embedder {
  /// The embedder that the command line asks for.
  convenience init(_ arguments: Arguments, threads: Int) throws(FacenetError) {
    try self.init(
      arguments.text("embedder") ?? Embedder.defaultName, options: EmbedderOptions(threads: threads))
  }
}
