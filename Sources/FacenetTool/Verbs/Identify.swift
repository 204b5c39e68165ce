import Core
import Faces
import Gallery
import Imaging

/// `facenet identify`
let identifyVerb = Verb(
  name: "identify", summary: "Tell who is on photographs, or before a camera, by a gallery",
  details: [
    "Prints a line a photograph: the path, the verdict on its largest face (known, unknown or ambiguous) and the nearest "
      + "people with their distances. --all-faces prints a line a face.",
    "The threshold follows from the model's calibration and the wanted share of strangers who are taken for somebody, "
      + "1 in 100 unless --fpir says otherwise, for as many templates as there are; or from --far, the share of wrong "
      + "pairs; or it is --threshold. Two people within it at nearly the same distance are ambiguous. Where the model was not "
      + "measured at such a rate the threshold is a guess, which is said once on standard error: a large gallery then names "
      + "few, or nobody, and a --far, or a --threshold that was measured on your photographs, serves better.",
    "--json prints one object a photograph and line: path, width, height and faces, each with box, score, landmarks, "
      + "quality (0 to 1), verdict, name (or null), distance, candidates (person, name, distance), threshold, far and fpir (the rates that "
      + "it stands for, or null), extrapolated (whether it is a guess) and reason. A face whose landmarks coincide cannot be "
      + "aligned: its verdict is null.",
    "`-` reads JPEG pictures, one after the other, from standard input and prints an object a picture as soon as it is "
      + "done: frame (from 0), width, height, faces and milliseconds, or frame and error. Each face has track (the number "
      + "of the person's way through the film), box, quality, verdict, name and distance. A face is embedded when it "
      + "appears, when it shows better, and every 50 pictures, but two of a picture at most, new ones and the best first: "
      + "until then its verdict is null. Whoever is enrolled, renamed or removed meanwhile counts from the next picture on.",
  ],
  operands: [.gallery, Operand("PHOTO|DIR|-", .oneOrMore, "Photographs, folders of them, or `-` for a stream.")],
  options: [
    .number(
      "fpir", "F", 0.000001...0.5,
      "The wanted share of strangers who are taken for somebody, 0.000001 to 0.5; default: 0.01."),
    .number(
      "far", "F", 0.0000001...0.5, "The wanted share of pairs of different people that pass, 0.0000001 to 0.5."),
    .number("threshold", "T", 0...1000, "The largest distance that is somebody's."),
    .integer(
      "nearest-mean", "M", 1...100, "A person's distance is the mean of that many nearest templates; default: 1."),
    .integer(
      "count", "N", 1...1000, "How many people are told; default: 1, and the two who are meant of an ambiguous face."),
    .flag("all-faces", "Every face of a photograph instead of the largest."),
    .flag(
      "statistics",
      "Tell with each face how many templates it was compared with exactly (examined), and how many were judged by their "
        + "distances to pivots or by their codes (judged)."),
    .text("draw", "DIR", "Write each photograph with its faces named to this folder; replaces no file."),
    .galleryEmbedder, .detector, .minimumSize, .minimumScore, .threads, .json,
  ],
  exclusive: [["fpir", "far"], ["fpir", "threshold"], ["far", "threshold"]],
  exitCodes: [
    (.done, "every face asked for is known; of a stream: somebody known was seen"),
    (.partly, "done, but somebody is unknown or ambiguous, or a photograph cannot be read or shows no face"),
    (.failed, "not done: the command line is wrong, a model or the gallery is missing, or no photograph can be read"),
  ],
  examples: [
    ("facenet identify door.gallery visitor.jpg && echo welcome", "Act on the verdict."),
    ("ffmpeg -i rtsp://camera -f mjpeg - | facenet identify door.gallery -", "Who passes by."),
  ],
  work: identify)

@MainActor
private func identify(_ arguments: Arguments, _ console: Console) async throws -> ExitCode {
  let gallery = try Gallery(arguments)
  let options = identificationOptions(arguments)
  let threshold = try threshold(options.acceptance, gallery)
  if !arguments.has("threshold"), let doubt = threshold.doubt(about: gallery.model) { console.message(doubt) }
  let words = Array(arguments.operands[1...])
  if words.contains("-") {
    guard words.count == 1 else { throw UsageError("- stands alone: a stream is not read beside photographs") }
    for option in ["draw", "all-faces", "count"] where arguments.has(option) {
      throw UsageError("--\(option) is for photographs, not for a stream")
    }
    let pipeline = try pipeline(gallery, arguments, threads: ThreadShare(arguments, over: 1).each)
    let tellsStatistics = arguments.has("statistics")
    let watch = FaceWatch<Answer>(pipeline, policy: FaceTracker.Policy()) { embeddings in
      try LostGallery.unless { () throws(FacenetError) in
        try gallery.identify(embeddings, options: options).map {
          Answer(identification: $0, tellsStatistics: tellsStatistics)
        }
      }
    } version: {
      try LostGallery.unless { () throws(FacenetError) in try gallery.version() }
    }
    var report = StreamReport(watch, console)
    return try report.run()
  }
  let list = try PhotographList(nonempty: words)
  let photographs = list.photographs
  let share = ThreadShare(arguments, over: photographs.count)
  let search = IdentificationSearch(
    gallery: gallery, pipeline: try pipeline(gallery, arguments, threads: share.each), options: options,
    takesAllFaces: arguments.has("all-faces"), tellsStatistics: arguments.has("statistics"),
    drawings: try arguments.text("draw").map { folder throws(FacenetError) in try Drawings(folder, photographs) })
  var report = IdentificationReport(
    console: console, isJSON: arguments.has("json"), count: arguments.integer("count") ?? 1)
  for failure in list.failures { try report.add(failure.path, .failure(failure.error)) }
  console.begin(photographs.count, "photographs")
  try await inOrder(photographs.count, threads: share.photographs) { index in
    Result { () throws(FacenetError) in try search.identify(photographs[index].path, index) }
  } consume: { index, result in
    try Interruption.check()
    try report.add(photographs[index].path, result)
    console.advance(to: index + 1)
  }
  console.end()
  return report.finish()
}

@MainActor
private func pipeline(_ gallery: Gallery, _ arguments: Arguments, threads: Int) throws(FacenetError) -> FacePipeline {
  FacePipeline(
    detector: try Detector(arguments, threads: threads), embedder: try gallery.embedder(arguments, threads: threads))
}

/// - Throws: `unsupported`, saying what to do, where nothing was measured of the gallery's model.
private func threshold(_ acceptance: Acceptance, _ gallery: Gallery) throws(FacenetError) -> IdentificationThreshold {
  do throws(FacenetError) { return try gallery.threshold(acceptance) } catch {
    guard error.status == .unsupported else { throw error }
    throw FacenetError(.unsupported, "\(error.message) with --threshold (\(gallery.path))")
  }
}

private func identificationOptions(_ arguments: Arguments) -> IdentificationOptions {
  var options = IdentificationOptions(people: max(2, arguments.integer("count") ?? 1))
  if let rate = arguments.number("fpir") { options.acceptance = .falsePositiveIdentificationRate(rate) }
  if let rate = arguments.number("far") { options.acceptance = .falseAcceptRate(rate) }
  if let distance = arguments.number("threshold") { options.acceptance = .distance(distance) }
  if let templates = arguments.integer("nearest-mean") { options.templates = templates }
  return options
}
