import Core
import Faces
import Gallery

/// `facenet gallery enrol`
let galleryEnrolVerb = Verb(
  name: "gallery enrol", summary: "Add people and their photographs to a gallery",
  details: [
    "Takes a folder that holds a folder of photographs a person, called by the person's name; or a name and photographs. "
      + "Somebody of that name who is there already gets more templates; a photograph that they have already is left out, "
      + "so an interrupted enrolment is simply done again.",
    "With --key the key alone says who is meant: where nobody has it a new person is made, whoever else has the name; where "
      + "somebody of another name has it the enrolment is refused. `gallery key` gives a key to somebody who is there.",
    "A photograph that shows no face, or several and nothing says which, is refused. A photograph that is far from the "
      + "person's others, or near to somebody else's, is enrolled with a warning.",
    "--facts replaces those of somebody who is there already; `gallery show PERSON --json` shows them.",
    "The photographs of a person are written together, and a line is printed when they are on disk: the name and how many "
      + "were enrolled. --json prints an object a line: name, person (their number), enrolled, warnings.",
  ],
  operands: [.gallery, Operand("DIR|NAME PHOTO", .oneOrMore, "A folder of folders, or a name and photographs.")],
  options: [
    .flag("aligned", "The photographs are aligned crops of the embedder's side already: nothing is searched."),
    .flag("largest", "Of several faces take the largest."),
    .integer("face", "N", 1...1000, "Of several faces take this one, best score first."),
    .flag("thumbnails", "Keep the aligned faces in the gallery, for `gallery migrate`."),
    .text("key", "KEY", "What another system calls the person; with NAME PHOTO only."),
    .text("facts", "JSON", "Anything else to keep of the person, a JSON text; with NAME PHOTO only."),
    .galleryEmbedder, .detector, .minimumSize, .minimumScore, .threads, .json,
  ],
  exclusive: [["largest", "face"]]
    + ["detector", "largest", "face", "minimum-size", "minimum-score"].map { ["aligned", $0] },
  exitCodes: [
    (.done, "every photograph is enrolled"), (.partly, "done, but some photographs were refused"),
    (.failed, "nothing is enrolled, or the command could not be done"),
  ],
  examples: [
    ("facenet gallery enrol door.gallery people/", "Ann's photographs lie in people/Ann, Bob's in people/Bob."),
    ("facenet gallery enrol door.gallery Ann ann1.jpg ann2.jpg --largest", "Two photographs of one person."),
    ("facenet gallery enrol door.gallery Bob bob.jpg --key 17 --facts '{\"floor\":3}'", "And what else is known."),
  ],
  work: enrol)

@MainActor
private func enrol(_ arguments: Arguments, _ console: Console) async throws -> ExitCode {
  let list = try EnrolmentList(Array(arguments.operands[1...]))
  for option in ["key", "facts"] where arguments.has(option) && arguments.operands.count == 2 {
    throw UsageError("--\(option) goes with NAME PHOTO...")
  }
  let gallery = try Gallery(arguments)
  var enrolment = Enrolment(gallery: gallery, isJSON: arguments.has("json"), console: console)
  for failure in list.failures { enrolment.refuse(failure.path, failure.error) }
  var work: [(enrollee: Enrollee, path: String, isLast: Bool)] = []
  for entry in list.people {
    let enrollee = Enrollee(name: entry.name, key: arguments.text("key"), facts: arguments.text("facts"))
    let paths = entry.photographs.map(\.path)
    guard try enrolment.admits(enrollee, paths) else { continue }
    work += paths.enumerated().map { (enrollee, $1, $0 + 1 == paths.count) }
  }
  let share = ThreadShare(arguments, over: work.count)
  let embedder = try gallery.embedder(arguments, threads: share.each)
  let source = try TemplateSource(arguments, embedder, threads: share.each)
  console.begin(work.count, "photographs")
  try await inOrder(work.count, threads: share.photographs) { [work] index in
    Result { () throws(FacenetError) in
      try source.template(of: work[index].path) { digest throws(FacenetError) in
        try gallery.has(digest, work[index].enrollee)
      }
    }
  } consume: { index, result in
    try Interruption.check()
    enrolment.add(work[index].path, result)
    if work[index].isLast { try enrolment.commit(work[index].enrollee) }
    console.advance(to: index + 1)
  }
  console.end()
  console.message(enrolment.tally.sentence)
  if arguments.has("thumbnails"), enrolment.tally.present > 0 {
    console.message("photographs that were enrolled before stay as they are: none gets a thumbnail that had none")
  }
  return enrolment.tally.exitCode
}

/// Writes people one by one as their photographs come.
@MainActor
private struct Enrolment {
  let gallery: Gallery
  let isJSON: Bool
  let console: Console
  private(set) var tally = EnrolmentTally()
  /// Photographs of one person; no template of those that they have already.
  private var waiting: [(path: String, template: Template?)] = []

  init(gallery: Gallery, isJSON: Bool, console: Console) {
    (self.gallery, self.isJSON, self.console) = (gallery, isJSON, console)
  }

  /// Whether the gallery would take somebody's photographs; where not, they are refused before any is looked at.
  mutating func admits(_ enrollee: Enrollee, _ paths: [String]) throws -> Bool {
    do throws(FacenetError) { try gallery.check(enrollee) } catch {
      try refuse(paths, error)
      return false
    }
    return true
  }

  mutating func refuse(_ path: String, _ error: FacenetError) {
    tally.refuse()
    console.message("refused: " + sentence(error.message, about: path))
  }

  mutating func add(_ path: String, _ result: Result<Template?, FacenetError>) {
    switch result {
    case .success(let template): waiting.append((path, template))
    case .failure(let error): refuse(path, error)
    }
  }

  /// Writes the templates that wait, and the facts, in one transaction, and says so when they are on disk.
  mutating func commit(_ enrollee: Enrollee) throws {
    defer { waiting = [] }
    let templates = different()
    guard !templates.isEmpty || enrollee.facts != nil && !waiting.isEmpty else {
      return tally.alreadyPresent(waiting.count)
    }
    let doubts: [String]
    let done: (person: Int64, added: Int)
    do throws(FacenetError) {
      doubts = try EnrolmentDoubts(gallery: gallery).about(templates, of: enrollee)
      done = try gallery.enrol(enrollee, templates: templates)
    } catch { return try refuse(waiting.map(\.path), error) }
    tally.alreadyPresent(waiting.count - done.added)
    tally.committed(done.added)
    guard done.added > 0 else { return }
    for doubt in doubts { console.message("warning: \(doubt)") }
    try acknowledge(enrollee.name, done.person, done.added, doubts)
  }

  /// The templates that wait, one of each photograph.
  private func different() -> [Template] {
    var digests = Set<[UInt8]>()
    return waiting.compactMap(\.template).filter { $0.digest.map { digests.insert($0).inserted } ?? true }
  }

  /// - Throws: the error, where it is not about the person or the photographs.
  private mutating func refuse(_ paths: [String], _ error: FacenetError) throws {
    guard error.status == .invalidArgument else { throw error }
    for path in paths { refuse(path, error) }
  }

  private func acknowledge(_ name: String, _ number: Int64, _ count: Int, _ doubts: [String]) throws {
    let object = JSON.object([
      ("name", .text(name)), ("person", .integer(Int(number))), ("enrolled", .integer(count)),
      ("warnings", .texts(doubts)),
    ])
    try console.result(isJSON ? object.description : "\(name): \(counted(count, "photograph")) enrolled")
    try console.flush()
  }
}
