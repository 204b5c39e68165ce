import Core
import Faces
import Imaging

/// `facenet verify`
let verifyVerb = Verb(
  name: "verify", summary: "Tell whether two photographs show one person",
  details: [
    "Compares the largest face of each photograph and prints their distance, the threshold and the verdict. Distances up "
      + "to the threshold mean the same person. The threshold is the embedder's own unless one is given.",
    "--json prints one object: a and b (path, faces found, box, score and landmarks of the face compared), distance, "
      + "threshold, metric, verdict (same, different or undecided), embedder, detector, milliseconds (reading, finding and "
      + "embedding both, without opening the models); error where the verdict is undecided.",
  ],
  operands: [Operand("A", .one, "A photograph."), Operand("B", .one, "Another photograph.")],
  options: [
    .number("threshold", "T", 0...1000, "The largest distance that means the same person."),
    .number(
      "far", "F", 0...1,
      "The threshold at which this share of different people would pass as one, such as 0.001, as it was measured for the "
        + "embedder; `facenet model info` lists what was."),
    .embedder, .detector, .minimumSize, .minimumScore, .threads, .json,
  ],
  exclusive: [["threshold", "far"]],
  exitCodes: [
    (.done, "the same person"),
    (.partly, "different people"),
    (.failed, "undecided: a photograph cannot be read or shows no face, or the command could not be done"),
  ],
  examples: [
    ("facenet verify passport.jpg door.jpg && echo welcome", "Act on the verdict."),
    ("facenet verify a.jpg b.jpg --far 0.001", "Demand more certainty than the default."),
  ],
  work: verify)

@MainActor
private func verify(_ arguments: Arguments, _ console: Console) async throws -> ExitCode {
  let isJSON = arguments.has("json")
  do {
    let share = ThreadShare(arguments, over: 1)
    let comparison = try Comparison(arguments, threads: share.each)
    let result = try comparison.compare(arguments.operands[0], arguments.operands[1])
    for side in [result.a, result.b] where side.count > 1 {
      console.message("\(side.path) shows \(side.count) faces; the largest is compared")
    }
    try console.result(isJSON ? comparison.json(result).description : comparison.text(result))
    return result.verification.isSame ? .done : .partly
  } catch let error as FacenetError {
    if isJSON {
      try console.result(JSON.object([("verdict", .text("undecided")), ("error", .text(error.message))]).description)
    }
    throw error
  }
}

/// Two photographs compared.
private struct Comparison {
  struct Side {
    let path: String
    let count: Int
    let embedded: EmbeddedFace
  }

  struct Outcome {
    let a: Side
    let b: Side
    let verification: Verification
    let milliseconds: Double
  }

  let pipeline: FacePipeline
  let threshold: Float

  init(_ arguments: Arguments, threads: Int) throws(FacenetError) {
    pipeline = FacePipeline(
      detector: try Detector(arguments, threads: threads), embedder: try Embedder(arguments, threads: threads))
    if let rate = arguments.number("far") {
      threshold = try pipeline.embedder.threshold(falseAcceptRate: rate)
    } else {
      threshold = arguments.number("threshold") ?? pipeline.embedder.threshold
    }
  }

  func compare(_ a: String, _ b: String) throws(FacenetError) -> Outcome {
    let start = ContinuousClock.now
    let (a, b) = (try side(a), try side(b))
    let verification = try pipeline.verify(a.embedded, b.embedded, threshold: threshold)
    return Outcome(
      a: a, b: b, verification: verification, milliseconds: (ContinuousClock.now - start) / .milliseconds(1))
  }

  private func side(_ path: String) throws(FacenetError) -> Side {
    do throws(FacenetError) {
      return try search(path)
    } catch {
      throw FacenetError(error.status, sentence(error.message, about: path))
    }
  }

  private func search(_ path: String) throws(FacenetError) -> Side {
    let bitmap = try Bitmap(path: path)
    let faces = try pipeline.detector.detect(bitmap)
    guard let index = largest(of: faces) else { throw FacenetError(.notFound, "\(path) shows no face") }
    let crop = try pipeline.embedder.align(bitmap, faces[index])
    let embedding = try pipeline.embedder.embed([crop])[0]
    return Side(path: path, count: faces.count, embedded: EmbeddedFace(face: faces[index], embedding: embedding))
  }

  func text(_ outcome: Outcome) -> String {
    let verdict = outcome.verification.isSame ? "same person" : "different people"
    let (distance, threshold) = (decimal(outcome.verification.distance, 4), decimal(outcome.verification.threshold, 4))
    return "distance \(distance)  threshold \(threshold)  \(verdict)"
  }

  func json(_ outcome: Outcome) -> JSON {
    .object([
      ("a", json(outcome.a)), ("b", json(outcome.b)),
      ("distance", .number(outcome.verification.distance)), ("threshold", .number(outcome.verification.threshold)),
      ("metric", .text(pipeline.embedder.metric.rawValue)),
      ("verdict", .text(outcome.verification.isSame ? "same" : "different")),
      ("embedder", .text(pipeline.embedder.name)), ("detector", .text(pipeline.detector.name)),
      ("milliseconds", .number(Float(outcome.milliseconds))),
    ])
  }

  private func json(_ side: Side) -> JSON {
    .object([("path", .text(side.path)), ("faces", .integer(side.count))] + JSON.members(of: side.embedded.face))
  }
}
