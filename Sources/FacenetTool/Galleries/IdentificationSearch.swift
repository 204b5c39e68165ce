import Core
import Faces
import Gallery
import Imaging

/// A photograph whose faces were looked up.
struct IdentifiedPhotograph: Sendable {
  struct Entry: Sendable {
    let face: Face
    let quality: FaceQuality
    /// nil where the landmarks coincide, so that the face cannot be aligned.
    let answer: Answer?
  }

  let width: Int
  let height: Int
  /// The largest alone unless all were asked for.
  let faces: [Entry]
}

/// Photographs in, people out.
///
/// Any thread, many at once.
struct IdentificationSearch: Sendable {
  let gallery: Gallery
  let pipeline: FacePipeline
  let options: IdentificationOptions
  let takesAllFaces: Bool
  let tellsStatistics: Bool
  let drawings: Drawings?

  /// - Parameter index: the photograph's number among the drawings.
  func identify(_ path: String, _ index: Int) throws(FacenetError) -> IdentifiedPhotograph {
    let bitmap = try Bitmap(path: path)
    let found = try pipeline.detector.detect(bitmap)
    let faces = takesAllFaces ? found : largest(of: found).map { [found[$0]] } ?? []
    let answers = try answers(about: faces, in: bitmap)
    var entries: [IdentifiedPhotograph.Entry] = []
    for (face, answer) in zip(faces, answers) {
      entries.append(.init(face: face, quality: try FaceQuality(of: face, in: bitmap), answer: answer))
    }
    try drawings?.draw(faces, answers.map { $0?.label ?? "?" }, on: bitmap, index)
    return IdentifiedPhotograph(width: bitmap.width, height: bitmap.height, faces: entries)
  }

  private func answers(about faces: [Face], in bitmap: Bitmap) throws(FacenetError) -> [Answer?] {
    var (aligned, crops): ([Int], [Bitmap]) = ([], [])
    for (number, face) in faces.enumerated() {
      guard let crop = try pipeline.embedder.alignIfPossible(bitmap, face) else { continue }
      aligned.append(number)
      crops.append(crop)
    }
    var answers = [Answer?](repeating: nil, count: faces.count)
    guard !crops.isEmpty else { return answers }
    for (number, found) in zip(aligned, try gallery.identify(pipeline.embedder.embed(crops), options: options)) {
      answers[number] = Answer(identification: found, tellsStatistics: tellsStatistics)
    }
    return answers
  }
}

/// Prints identifications as they come and counts them.
@MainActor
struct IdentificationReport {
  let console: Console
  let isJSON: Bool
  /// People that are told a face.
  let count: Int
  private var tally = Tally()
  private var known = 0

  init(console: Console, isJSON: Bool, count: Int) {
    (self.console, self.isJSON, self.count) = (console, isJSON, count)
  }

  mutating func add(_ path: String, _ result: Result<IdentifiedPhotograph, FacenetError>) throws {
    switch result {
    case .success(let photograph):
      tally.read(faces: photograph.faces.count)
      known += photograph.faces.count { $0.answer?.isKnown == true }
      try console.result(isJSON ? json(path, photograph).description : text(path, photograph))
    case .failure(let error):
      tally.failed()
      if isJSON { try console.result(JSON.failure(path, error.message).description) }
      console.message(sentence(error.message, about: path))
    }
  }

  func finish() -> ExitCode {
    if tally.photographs != 1 { console.message("\(tally.sentence); \(known) known") }
    return tally.exitCode == .done && known < tally.faces ? .partly : tally.exitCode
  }

  private static let unaligned = "the landmarks coincide, so that the face cannot be aligned"

  private func text(_ path: String, _ photograph: IdentifiedPhotograph) -> String {
    guard !photograph.faces.isEmpty else { return "\(path)  no face" }
    return photograph.faces.map { "\(path)  \($0.answer?.text(count) ?? "no verdict  \(Self.unaligned)")" }
      .joined(separator: "\n")
  }

  private func json(_ path: String, _ photograph: IdentifiedPhotograph) -> JSON {
    let faces = photograph.faces.map { entry in
      JSON.object(
        JSON.members(of: entry.face) + [("quality", .number(entry.quality.value))]
          + (entry.answer?.allMembers(count) ?? Answer.noMembers + [("reason", .text(Self.unaligned))]))
    }
    return .object([
      ("path", .text(path)), ("width", .integer(photograph.width)), ("height", .integer(photograph.height)),
      ("faces", .list(faces)),
    ])
  }
}
