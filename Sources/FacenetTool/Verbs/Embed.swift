import Core
import Faces
import Imaging

/// `facenet embed`
let embedVerb = Verb(
  name: "embed", summary: "Turn faces into vectors",
  details: [
    "Finds the faces of each photograph, aligns each and computes its vector. Without --all-faces the largest face of a "
      + "photograph is taken. A photograph that cannot be read or shows no face has no vector and is reported.",
    "Without --output the table is printed: path, face (its number in the photograph, best score first), left, top, "
      + "right, bottom, score, and the vector's numbers e0, e1 and so on. --output FILE.csv writes the same table; "
      + "--output FILE.npy writes the vectors as NumPy float32, one a row, and beside it FILE.csv with the table's other "
      + "columns. Outputs appear when they are complete; where no face was found nothing is written.",
    "--json prints one object a photograph and line: path, width, height and faces, each with face, box, score, landmarks "
      + "and embedding, or row (counted from 0) in the output where --output is given; or path and error.",
  ],
  operands: [Operand("PHOTO|DIR", .oneOrMore, "Photographs (JPEG, PNG, PGM, PPM) or folders of them.")],
  options: [
    .text("output", "FILE.npy|FILE.csv", "Write the vectors to this file."),
    .flag("all-faces", "Every face of a photograph instead of the largest."),
    .flag("aligned", "The photographs are aligned crops of the embedder's side already: nothing is searched."),
    .embedder, .detector, .minimumSize, .minimumScore, .threads, .json,
  ],
  exclusive: ["detector", "all-faces", "minimum-size", "minimum-score"].map { ["aligned", $0] },
  exitCodes: ExitCode.photographMeanings,
  examples: [
    ("facenet embed me.jpg > me.csv", "The vector of one face as text."),
    ("facenet embed people/ --output people.npy", "A matrix for NumPy, and people.csv that says which row is whose."),
  ],
  work: embed)

@MainActor
private func embed(_ arguments: Arguments, _ console: Console) async throws -> ExitCode {
  let list = try PhotographList(nonempty: arguments.operands)
  let photographs = list.photographs
  let share = ThreadShare(arguments, over: photographs.count)
  let source = try EmbeddingSource(arguments, threads: share.each)
  let table = try EmbeddingTable(arguments.text("output"), dimension: source.embedder.dimension, console)
  var report = EmbeddingReport(console: console, table: table, isJSON: arguments.has("json"))
  for failure in list.failures { try report.add(failure.path, .failure(failure.error)) }
  console.begin(photographs.count, "photographs")
  try await inOrder(photographs.count, threads: share.photographs) { index in
    Result { () throws(FacenetError) in try source.embeddings(of: photographs[index].path) }
  } consume: { index, result in
    try Interruption.check()
    try report.add(photographs[index].path, result)
    console.advance(to: index + 1)
  }
  console.end()
  return try report.finish()
}

/// Prints or stores embeddings as they come and counts them.
@MainActor
private struct EmbeddingReport {
  let console: Console
  let table: EmbeddingTable
  let isJSON: Bool
  var tally = Tally()

  mutating func add(_ path: String, _ result: Result<EmbeddedPhotograph, FacenetError>) throws {
    switch result {
    case .success(let photograph):
      tally.read(faces: photograph.faces.count)
      if photograph.faces.isEmpty { console.message("\(path) shows no face") }
      if photograph.unaligned > 0 {
        console.message("\(path): landmarks coincide, so no vector of \(counted(photograph.unaligned, "face"))")
      }
      let first = table.rows
      if !isJSON || table.path != nil { try photograph.faces.forEach { try table.add(path, $0) } }
      if isJSON { try console.result(json(path, photograph, firstRow: first).description) }
    case .failure(let error):
      tally.failed()
      if isJSON { try console.result(JSON.failure(path, error.message).description) }
      console.message(sentence(error.message, about: path))
    }
  }

  func finish() throws -> ExitCode {
    guard tally.faces > 0 else {
      console.message(tally.sentence + (table.path.map { "; \($0) is not written" } ?? ""))
      return .failed
    }
    try table.commit()
    let destination = table.path.map { "; \(counted(table.rows, "vector")) of \(table.dimension) numbers in \($0)" }
    if tally.photographs != 1 || destination != nil { console.message(tally.sentence + (destination ?? "")) }
    return tally.exitCode
  }

  private func json(_ path: String, _ photograph: EmbeddedPhotograph, firstRow: Int) -> JSON {
    let faces = photograph.faces.enumerated().map { offset, face -> JSON in
      let place = face.face.map(JSON.members) ?? []
      let vector: (String, JSON) =
        table.path == nil ? ("embedding", .numbers(face.embedding)) : ("row", .integer(firstRow + offset))
      return .object([("face", .integer(face.number))] + place + [vector])
    }
    return .object([
      ("path", .text(path)), ("width", .integer(photograph.width)), ("height", .integer(photograph.height)),
      ("faces", .list(faces)),
    ])
  }
}
