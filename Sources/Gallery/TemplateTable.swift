import Core
import Faces

/// The templates of a gallery, in a connection that sees one state of them. One thread at a time.
struct TemplateTable {
  let connection: Connection
  let model: GalleryModel
  let encoding: TemplateEncoding

  /// What ``template(_:)`` reads.
  static let columns = "SELECT id, person, embedding, photo, digest, face, time, quality, thumbnail FROM templates"

  var versions: Versions { Versions(connection: connection) }

  func count() throws(FacenetError) -> Int { Int(try connection.integer("SELECT count(*) FROM templates") ?? 0) }

  /// Whose the templates are that have a greater number than `after`, in the order of their numbers.
  func owners(after: Int64) throws(FacenetError) -> [(template: Int64, person: Int64)] {
    var owners: [(template: Int64, person: Int64)] = []
    try connection.run("SELECT id, person FROM templates WHERE id > ? ORDER BY id", [.integer(after)]) { row in
      owners.append((row.integer(0), row.integer(1)))
    }
    return owners
  }

  /// Embeddings one after the other: (templates.count, dimension) floats.
  /// - Parameter templates: numbers, ascending.
  /// - Throws: `corrupt`, naming the first template that is not sound.
  func embeddings(of templates: ArraySlice<Int64>) throws(FacenetError) -> [Float] {
    guard let first = templates.first, let last = templates.last else { return [] }
    var embeddings: [Float] = []
    embeddings.reserveCapacity(templates.count * model.dimension)
    var wanted = templates
    try connection.run(
      "SELECT id, person, embedding FROM templates WHERE id BETWEEN ? AND ? ORDER BY id",
      [.integer(first), .integer(last)]
    ) { row throws(FacenetError) in
      guard row.integer(0) == wanted.first else { return }
      wanted.removeFirst()
      try read(row, to: &embeddings)
    }
    return embeddings
  }

  /// Adds the embedding of a row that begins with a template's number, its person's and the embedding.
  /// - Throws: `corrupt`, naming the template, for what is no embedding of the model.
  func read(_ row: Statement, to embeddings: inout [Float]) throws(FacenetError) {
    do throws(FacenetError) {
      let start = embeddings.count
      try row.withBlob(2) { bytes throws(FacenetError) in
        try encoding.decode(bytes, dimension: model.dimension, to: &embeddings)
      }
      try model.check(embeddings[start...])
    } catch { throw damage(row, error) }
  }

  /// The template of a row of ``columns``.
  /// - Throws: `corrupt`, naming the template, for what cannot be read.
  func template(_ row: Statement) throws(FacenetError) -> Template {
    var embedding: [Float] = []
    try read(row, to: &embedding)
    let face: Face?
    do throws(FacenetError) {
      face = try row.withBlob(5) { bytes throws(FacenetError) in try Template.decodeFace(bytes) }
    } catch { throw damage(row, error) }
    var template = Template(
      embedding, photo: row.text(3), digest: row.blob(4), face: face, time: row.real(6),
      quality: row.isNull(7) ? nil : Float(row.real(7)), thumbnail: row.blob(8))
    (template.id, template.person) = (row.integer(0), row.integer(1))
    return template
  }

  /// The first templates by number.
  func first(_ count: Int) throws(FacenetError) -> [Template] {
    var found: [Template] = []
    try connection.run("\(Self.columns) ORDER BY id LIMIT ?", [.integer(Int64(count))]) { row throws(FacenetError) in
      found.append(try template(row))
    }
    return found
  }

  /// What is wrong with a row that begins with a template's number and its person's.
  func damage(_ row: Statement, _ error: FacenetError) -> FacenetError {
    FacenetError(
      .corrupt,
      "\(name(row.integer(0), row.integer(1))) is damaged, remove it: \(error.message) (\(connection.path))")
  }

  /// How a template is called in a sentence.
  func name(of template: Template) -> String { name(template.id, template.person) }

  private func name(_ template: Int64, _ person: Int64) -> String {
    let name = try? connection.text("SELECT name FROM people WHERE id = ?", [.integer(person)])
    return "template \(template) of \(name ?? "nobody") (person \(person))"
  }
}
