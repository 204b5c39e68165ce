import Core
import Faces
import Imaging

/// `facenet detect`
let detectVerb = Verb(
  name: "detect", summary: "Find faces and their landmarks",
  details: [
    "Prints the faces of each photograph, best score first: the score, 0 to 1, and the box's left, top, right and bottom "
      + "edge in pixels of the upright photograph. A folder stands for all pictures in it and below.",
    "--json prints one object a photograph and line, in the same order: path, width, height and faces, each with box "
      + "[left, top, right, bottom], score and landmarks (eye at image left, eye at image right, nose, mouth corner at "
      + "image left, mouth corner at image right, each [x, y]); or path and error.",
  ],
  operands: [Operand("PHOTO|DIR", .oneOrMore, "Photographs (JPEG, PNG, PGM, PPM) or folders of them.")],
  options: [
    .detector, .minimumSize, .minimumScore,
    .text("draw", "DIR", "Write each photograph with its faces marked into this folder, as JPEG; replaces no file."),
    .threads, .json,
  ],
  exitCodes: ExitCode.photographMeanings,
  examples: [
    ("facenet detect group.jpg", "The faces of one photograph."),
    ("facenet detect holiday/ --draw marked/", "Every photograph below holiday/, with pictures to look at."),
  ],
  work: detect)

@MainActor
private func detect(_ arguments: Arguments, _ console: Console) async throws -> ExitCode {
  let list = try PhotographList(nonempty: arguments.operands)
  let photographs = list.photographs
  let share = ThreadShare(arguments, over: photographs.count)
  let detector = try Detector(arguments, threads: share.each)
  let drawings = try arguments.text("draw").map { folder throws(FacenetError) in try Drawings(folder, photographs) }
  var report = DetectionReport(console: console, isJSON: arguments.has("json"))
  for failure in list.failures { try report.add(failure.path, .failure(failure.error)) }
  console.begin(photographs.count, "photographs")
  try await inOrder(photographs.count, threads: share.photographs) { index in
    try search(index, of: photographs, detector, drawings)
  } consume: { index, photograph in
    try Interruption.check()
    try report.add(photographs[index].path, photograph)
    console.advance(to: index + 1)
  }
  console.end()
  return report.finish()
}

/// A photograph and the faces in it.
private struct SearchedPhotograph: Sendable {
  let width: Int
  let height: Int
  let faces: [Face]
}

/// The faces of one photograph, drawn where that is asked for.
/// - Throws: when the drawing cannot be written; a photograph that cannot be read is a result.
private func search(_ index: Int, of photographs: [Photograph], _ detector: Detector, _ drawings: Drawings?)
  throws(FacenetError) -> Result<SearchedPhotograph, FacenetError>
{
  let path = photographs[index].path
  guard let drawings else {
    return Result { () throws(FacenetError) in
      let found = try detector.detect(path: path)
      return SearchedPhotograph(width: found.width, height: found.height, faces: found.faces)
    }
  }
  let bitmap: Bitmap
  let faces: [Face]
  do {
    bitmap = try Bitmap(path: path)
    faces = try detector.detect(bitmap)
  } catch {
    return .failure(error)
  }
  try drawings.draw(faces, faces.map { decimal($0.score, 3) }, on: bitmap, index)
  return .success(SearchedPhotograph(width: bitmap.width, height: bitmap.height, faces: faces))
}

/// Prints detections as they come and counts them.
@MainActor
private struct DetectionReport {
  let console: Console
  let isJSON: Bool
  var tally = Tally()

  mutating func add(_ path: String, _ result: Result<SearchedPhotograph, FacenetError>) throws {
    switch result {
    case .success(let photograph):
      tally.read(faces: photograph.faces.count)
      try console.result(isJSON ? json(path, photograph).description : text(path, photograph))
    case .failure(let error):
      tally.failed()
      if isJSON { try console.result(JSON.failure(path, error.message).description) }
      console.message(sentence(error.message, about: path))
    }
  }

  func finish() -> ExitCode {
    if tally.photographs != 1 { console.message(tally.sentence) }
    return tally.exitCode
  }

  private func json(_ path: String, _ photograph: SearchedPhotograph) -> JSON {
    .object([
      ("path", .text(path)), ("width", .integer(photograph.width)), ("height", .integer(photograph.height)),
      ("faces", .list(photograph.faces.map { .object(JSON.members(of: $0)) })),
    ])
  }

  private func text(_ path: String, _ photograph: SearchedPhotograph) -> String {
    let faces = photograph.faces.isEmpty ? "no face" : counted(photograph.faces.count, "face")
    let head = "\(path)  \(photograph.width)x\(photograph.height)  \(faces)"
    let lines = photograph.faces.enumerated().map { number, face in
      let edges = [face.left, face.top, face.right, face.bottom].map { decimal($0, 1) }.joined(separator: " ")
      return "  \(number + 1)  score \(decimal(face.score, 3))  box \(edges)"
    }
    return ([head] + lines).joined(separator: "\n")
  }
}
