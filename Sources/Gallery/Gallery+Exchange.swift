import Core
import Imaging

extension Gallery {
  /// What SQLite puts into one text, and takes.
  private static let longestLine = 1_000_000_000

  /// Writes all people and templates, as one moment has them, into a folder that is made where it is not there: all or
  /// nothing, and over nothing.
  /// - Throws: `invalidArgument` for a folder that is not empty; `inputOutput` or `notFound`, naming the path; `corrupt`, naming
  ///   the person or the template that is damaged; `cancelled`.
  public func export(to folder: String) throws(FacenetError) {
    let folder = ExportFolder(path: folder)
    try folder.fill { () throws(FacenetError) in
      try read { connection throws(FacenetError) in
        try exportTemplates(to: folder.templates, connection)
        try exportPeople(to: folder.people, connection)
      }
      try File.write(model.encoded, to: folder.model, mode: 0o600)
    }
  }

  private func exportTemplates(to path: String, _ connection: Connection) throws(FacenetError) {
    let count = Int(try connection.integer("SELECT count(*) FROM templates") ?? 0)
    try File.replace(path, mode: 0o600) { output throws(FacenetError) in
      try output.write(NPYHeader.make(rows: count, columns: model.dimension))
      var done = 0
      let table = templates(in: connection)
      try connection.run("SELECT id, person, embedding FROM templates ORDER BY person, id") {
        row throws(FacenetError) in
        var embedding: [Float] = []
        try table.read(row, to: &embedding)
        try output.write(TemplateEncoding.float32.encode(embedding))
        done += 1
        try Progress.reached(Double(done) / Double(count))
      }
    }
  }

  private func exportPeople(to path: String, _ connection: Connection) throws(FacenetError) {
    try connection.run("SELECT id, name FROM people WHERE NOT json_valid(facts)") { row throws(FacenetError) in
      throw FacenetError(
        .corrupt, "the facts of \(row.text(1) ?? "") (person \(row.integer(0))) are no JSON (\(connection.path))")
    }
    try File.replace(path, mode: 0o600) { output throws(FacenetError) in
      try connection.run(
        """
        SELECT json_object('name', name, 'key', key, 'facts', json(facts), 'created', created, 'templates',
          (SELECT json_group_array(json_object('photo', photo, 'digest', hex(digest), 'face', hex(face), 'time', time,
            'quality', quality, 'thumbnail', hex(thumbnail)))
          FROM (SELECT * FROM templates WHERE person = people.id ORDER BY id))) FROM people ORDER BY id
        """
      ) { row throws(FacenetError) in try output.write(Array((row.text(0) ?? "").utf8) + [UInt8(ascii: "\n")]) }
    }
  }

  /// Adds the people of an export, all or none.
  /// - Returns: how many people were added.
  /// - Throws: `invalidArgument` for another model's export, a key that somebody has, and somebody without a key who has the
  ///   name and the moment of enrolment, to a thousandth of a second, of one who is there; `corrupt`, naming the line, and for
  ///   an export that was not finished.
  @discardableResult
  public func importPeople(from folder: String) throws(FacenetError) -> Int {
    let folder = ExportFolder(path: folder)
    try folder.requireWhole()
    let theirs = try GalleryModel(decoding: try File.read(folder.model, limit: 1 << 20), path: folder.model)
    guard theirs.fingerprint == model.fingerprint else {
      throw FacenetError(
        .invalidArgument,
        "\(folder.path) was exported for the model \(theirs.title), the gallery \(path) is for \(model.title)")
    }
    let file = try EmbeddingFile(path: folder.templates)
    guard file.columns == model.dimension else {
      throw FacenetError(.corrupt, "\(file.path) has \(file.columns) columns, expected \(model.dimension)")
    }
    return try write { connection throws(FacenetError) in
      var lines = try LineFile(path: folder.people, longest: Self.longestLine)
      var identifiers = try TemplateIdentifiers(in: connection)
      let last = try connection.integer("SELECT max(id) FROM people") ?? 0
      var (people, row) = (0, 0)
      while let line = try lines.next() {
        try Progress.reached(lines.share)
        guard !line.isEmpty else { continue }
        do throws(FacenetError) {
          let person = try ExportedPerson(line, in: connection)
          try requireAbsent(person, last, connection)
          let rows = row..<row + person.templates.count
          guard rows.upperBound <= file.rows else { throw FacenetError(.corrupt, "\(file.path) has too few rows") }
          try add(person, try file.vectors(rows), &identifiers, connection)
          row = rows.upperBound
        } catch { throw error.located(in: "line \(lines.number) of \(lines.path)") }
        people += 1
      }
      guard row == file.rows else {
        throw FacenetError(.corrupt, "\(lines.path) tells of \(row) templates, \(file.path) holds \(file.rows)")
      }
      return people
    }
  }

  private func add(
    _ person: ExportedPerson, _ vectors: [[Float]], _ identifiers: inout TemplateIdentifiers, _ connection: Connection
  ) throws(FacenetError) {
    let number = try Self.insert(
      person.name, person.key, person.facts, created: person.created ?? Self.now(), in: connection)
    for (var template, vector) in zip(person.templates, vectors) {
      template.embedding = vector
      try template.check(against: model)
      if let thumbnail = template.thumbnail {
        do throws(FacenetError) { _ = try Bitmap(decoding: thumbnail) } catch { throw error.located(in: "a thumbnail") }
      }
      _ = try insert(template, number, &identifiers, in: connection)
    }
  }

  /// - Parameter last: the greatest number of those who were there before the import.
  private func requireAbsent(_ person: ExportedPerson, _ last: Int64, _ connection: Connection) throws(FacenetError) {
    try requireUnused(person.key, connection)
    guard person.key == nil, let created = person.created else { return }
    let same = "SELECT id FROM people WHERE name = ? AND key IS NULL AND abs(created - ?) < 0.001 AND id <= ?"
    if let other = try connection.integer(same, [.text(person.name), .real(created), .integer(last)]) {
      throw FacenetError(
        .invalidArgument, "\(person.name) was enrolled at the same moment as person \(other) and is the same (\(path))")
    }
  }
}
