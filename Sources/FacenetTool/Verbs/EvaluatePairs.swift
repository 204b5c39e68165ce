import Core
import Evaluation
import Faces

/// `facenet evaluate pairs`
let evaluatePairsVerb = Verb(
  name: "evaluate pairs", summary: "Measure verification on a labelled list of pairs",
  details: [
    "Finds and embeds the person in each photograph once and judges every pair of the list, by the protocol of Labeled "
      + "Faces in the Wild: for each fold the threshold is chosen on the other folds; printed are the mean accuracy, its "
      + "standard error, the threshold, and the accuracy at the embedder's own threshold. A pair with a photograph in "
      + "which no face is found counts as wrongly judged, and the photograph is listed.",
    "DIR holds Person/Person_0001.jpg and so on. The list's first line is the number of folds and of pairs of each kind "
      + "in a fold; then come the lines `name n1 n2` (same) and `name1 n1 name2 n2` (different) of each fold.",
    "--json prints one object: accuracy, standardError, threshold (null for a single fold), folds (accuracy and threshold "
      + "each), fixedThreshold, fixedAccuracy, pairs, photographs, withoutFace (paths), embedder, detector, seconds.",
  ],
  operands: [Operand("DIR", .one, "The folder of the photographs.")],
  options: [
    .text("pairs", "FILE", "The list of pairs; default: DIR/../pairs.txt."), .embedder, .detector, .minimumSize,
    .minimumScore, .threads, .json,
  ],
  exitCodes: [
    (.done, "measured, a face found in every photograph"),
    (.partly, "measured, but some photographs show no face"),
    (.failed, "not measured: the list or a photograph cannot be read, or a model is missing"),
  ],
  examples: [("facenet evaluate pairs lfw/images --pairs lfw/pairs.txt", "The LFW test.")],
  work: evaluatePairs)

@MainActor
private func evaluatePairs(_ arguments: Arguments, _ console: Console) async throws -> ExitCode {
  let folder = arguments.operands[0]
  let pairs = try Pairs(path: arguments.text("pairs") ?? "\(folder)/../pairs.txt")
  let photographs = pairs.photographs.count
  let threads = ThreadShare(arguments, over: photographs).photographs
  let pipeline = FacePipeline(
    detector: try Detector(arguments, threads: 1), embedder: try Embedder(arguments, threads: 1))
  let bar = console.begin(photographs, "photographs")
  let evaluation = try pairs.evaluate(in: folder, with: pipeline, threads: threads) { done, _ in
    try Interruption.check()
    bar?.draw(done)
  }
  console.end()
  let report = PairsReport(evaluation: evaluation, pipeline: pipeline, photographs: photographs)
  if arguments.has("json") {
    try console.result(report.json.description)
  } else {
    for line in report.lines { try console.result(line) }
  }
  return evaluation.withoutFace.isEmpty ? .done : .partly
}

/// What an evaluation of pairs showed, for people and for programs.
private struct PairsReport {
  let evaluation: PairsEvaluation
  let pipeline: FacePipeline
  let photographs: Int

  private var pairs: Int { evaluation.folds.reduce(0) { $0 + $1.count } }

  var lines: [String] {
    var lines = [
      "models       \(pipeline.detector.name), \(pipeline.embedder.name)",
      "photographs  \(photographs), \(evaluation.embedded) embedded, \(evaluation.withoutFace.count) without a face",
      "pairs        \(pairs) in \(counted(evaluation.folds.count, "fold"))",
    ]
    lines += evaluation.withoutFace.map { "  no face: \($0.path)" }
    if let validation = evaluation.crossValidation {
      for (index, accuracy) in validation.accuracies.enumerated() {
        lines.append(
          "  fold \(index + 1)     accuracy \(decimal(accuracy, 4)) at \(decimal(validation.thresholds[index], 4))")
      }
      lines.append(
        "accuracy     \(decimal(validation.mean, 4)) +- \(decimal(validation.standardError, 4)) at threshold "
          + decimal(validation.meanThreshold, 4))
    }
    lines.append(
      "fixed        \(decimal(evaluation.fixedAccuracy, 4)) at the embedder's own threshold "
        + decimal(evaluation.fixedThreshold, 4))
    let rate = Double(photographs) / max(evaluation.seconds, 1e-9)
    lines.append("time         \(decimal(evaluation.seconds, 1)) s, \(decimal(rate, 1)) photographs a second")
    return lines
  }

  var json: JSON {
    let validation = evaluation.crossValidation
    let folds = validation.map { zip($0.accuracies, $0.thresholds) }?.map { accuracy, threshold in
      JSON.object([("accuracy", .number(Float(accuracy))), ("threshold", .number(threshold))])
    }
    return .object([
      ("accuracy", validation.map { .number(Float($0.mean)) } ?? .null),
      ("standardError", validation.map { .number(Float($0.standardError)) } ?? .null),
      ("threshold", validation.map { .number($0.meanThreshold) } ?? .null),
      ("folds", .list(folds ?? [])),
      ("fixedThreshold", .number(evaluation.fixedThreshold)),
      ("fixedAccuracy", .number(Float(evaluation.fixedAccuracy))),
      ("pairs", .integer(pairs)), ("photographs", .integer(photographs)),
      ("withoutFace", .texts(evaluation.withoutFace.map(\.path))),
      ("embedder", .text(pipeline.embedder.name)), ("detector", .text(pipeline.detector.name)),
      ("seconds", .number(Float(evaluation.seconds))),
    ])
  }
}
