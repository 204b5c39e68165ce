import Core
import Faces
import Gallery

/// Options and operands that the verbs of galleries share.
extension Operand {
  static let gallery = Operand("GALLERY", .one, "The gallery's file, or where a plugin keeps it: `postgres://...`.")
}

extension Option {
  static let galleryEmbedder = text(
    "embedder", "NAME|FILE.onnx",
    "The model that turns faces into vectors, which must be the gallery's; default: the installed one of that name.")
  static let byNumber = flag("by-number", "People are told by their numbers, as `gallery list` prints them.")
}

extension Gallery {
  /// The gallery that the command line names first.
  convenience init(_ arguments: Arguments) throws(FacenetError) {
    try self.init(path: arguments.operands[0])
  }

  /// The person that a word of the command line means: by name, or by number with `--by-number`.
  /// - Throws: `notFound`; `invalidArgument` where several have the name.
  func person(_ word: String, _ arguments: Arguments) throws(FacenetError) -> Person {
    if arguments.has("by-number") {
      guard let number = Int64(word), let person = try person(number) else {
        throw FacenetError(.notFound, "nobody has the number \(word) (\(path))")
      }
      return person
    }
    guard let person = try person(Enrollee(name: word)) else {
      throw FacenetError(.notFound, "there is nobody called \(word) (\(path))")
    }
    return person
  }

  /// The embedder that the gallery is for, unless the command line asks for another, which is refused.
  func embedder(_ arguments: Arguments, threads: Int) throws(FacenetError) -> Embedder {
    let embedder = try Embedder(
      arguments.text("embedder") ?? model.name, options: EmbedderOptions(threads: threads))
    try check(embedder)
    return embedder
  }
}

extension Person {
  var json: JSON {
    .object([
      ("person", .integer(Int(id))), ("name", .text(name)), ("key", key.map { .text($0) } ?? .null),
      ("templates", .integer(templates)),
    ])
  }
}
