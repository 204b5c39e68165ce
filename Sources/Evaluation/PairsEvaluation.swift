import Core
import Faces
import Glibc
import Imaging

/// What a pipeline achieves on a list of pairs.
package struct PairsEvaluation: Sendable {
  /// What was measured for each pair, in the list's folds.
  package let folds: [[PairDistance]]
  /// Photographs in which no face was found; a pair with one of them counts as wrongly judged.
  package let withoutFace: [Pairs.Photograph]
  /// Photographs that were embedded, each once.
  package let embedded: Int
  /// The embedder's own threshold, and the share of right verdicts by it.
  package let fixedThreshold: Float
  package let fixedAccuracy: Double
  /// nil for fewer than two folds.
  package let crossValidation: CrossValidation?
  /// Wall time of finding and embedding all faces.
  package let seconds: Double
}

extension Pairs {
  /// Finds and embeds the subject of each photograph once, then judges all pairs.
  ///
  /// The subject of a photograph is the face whose area, less twice the square of its distance from the picture's
  /// centre, is largest: LFW's photographs are centred on the person they are named for.
  /// - Parameters:
  ///   - directory: holds `Person/Person_0001.jpg`.
  ///   - threads: photographs worked on at once; 0 means one a processor. Open the pipeline with one thread.
  ///   - progress: told of photographs done and all there are, by one thread at a time. An error from it stops the
  ///     work: photographs that are not begun are left out.
  /// - Throws: the first error of `progress`, once the photographs that are worked on are done; else a
  ///   ``FacenetError``, what reading a photograph throws, for the first that fails in the list's order.
  package func evaluate(
    in directory: String, with pipeline: FacePipeline, threads: Int = 1,
    progress: @Sendable (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
  ) throws -> PairsEvaluation {
    let photographs = photographs
    let start = seconds()
    let results = Lock(Progress(outcomes: Array(repeating: nil, count: photographs.count)))
    ThreadPool.shared.run(tasks: photographs.count, threads: threads == 0 ? ThreadPool.processors : threads) { index in
      guard results.withLock({ $0.refusal == nil }) else { return }
      let outcome = subject(of: "\(directory)/\(photographs[index].path)", with: pipeline)
      results.withLock { $0.record(outcome, at: index, progress) }
    }
    let elapsed = seconds() - start
    if let refusal = results.withLock({ $0.refusal }) { throw refusal }
    var embeddings: [Photograph: [Float]] = [:]
    for (photograph, outcome) in zip(photographs, results.withLock({ $0.outcomes })) {
      if let embedding = try outcome?.get() { embeddings[photograph] = embedding }
    }
    return try judge(embeddings, pipeline.embedder, seconds: elapsed)
  }

  private func judge(_ embeddings: [Photograph: [Float]], _ embedder: Embedder, seconds: Double) throws(FacenetError)
    -> PairsEvaluation
  {
    var measured: [[PairDistance]] = []
    for fold in folds {
      var distances: [PairDistance] = []
      for pair in fold {
        var distance: Float?
        if let a = embeddings[pair.a], let b = embeddings[pair.b] { distance = try embedder.distance(a, b) }
        distances.append(PairDistance(distance: distance, isSame: pair.isSame))
      }
      measured.append(distances)
    }
    return PairsEvaluation(
      folds: measured, withoutFace: photographs.filter { embeddings[$0] == nil }, embedded: embeddings.count,
      fixedThreshold: embedder.threshold,
      fixedAccuracy: accuracy(Array(measured.joined()), threshold: embedder.threshold),
      crossValidation: CrossValidation(measured), seconds: seconds)
  }
}

/// What has come of the photographs so far.
private struct Progress {
  var outcomes: [Result<[Float]?, FacenetError>?]
  var done = 0
  /// Why no further photograph is begun.
  var refusal: (any Error)?

  mutating func record(
    _ outcome: Result<[Float]?, FacenetError>, at index: Int, _ progress: (_ done: Int, _ total: Int) throws -> Void
  ) {
    outcomes[index] = outcome
    done += 1
    guard refusal == nil else { return }
    do { try progress(done, outcomes.count) } catch { refusal = error }
  }
}

/// The embedding of a photograph's subject; nil where no face is found.
private func subject(of path: String, with pipeline: FacePipeline) -> Result<[Float]?, FacenetError> {
  do throws(FacenetError) {
    let picture = try Bitmap(path: path)
    let (x, y) = (Float(picture.width) / 2, Float(picture.height) / 2)
    let weight = { (face: Face) in
      let (dx, dy) = ((face.left + face.right) / 2 - x, (face.top + face.bottom) / 2 - y)
      return face.width * face.height - 2 * (dx * dx + dy * dy)
    }
    let faces = try pipeline.detector.detect(picture)
    guard let face = faces.max(by: { weight($0) < weight($1) }) else { return .success(nil) }
    return .success(try pipeline.embedder.embed([pipeline.embedder.align(picture, face)])[0])
  } catch { return .failure(error) }
}

private func seconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}
