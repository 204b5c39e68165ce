import Core
import Faces
import Glibc

/// What a folder of an export holds: people.jsonl, a person a line, with what is known of each template; templates.npy, the
/// embeddings in that order; model.txt, six lines.
private enum ExportedFile {
  static let people = "people.jsonl"
  static let templates = "templates.npy"
  static let model = "model.txt"
  static let largest = 1 << 32
}

extension Gallery {
  /// Writes all people and templates, as one moment has them, into a folder that is made where it is not there.
  /// - Throws: `inputOutput` or `notFound`, naming the path.
  public func export(to folder: String) throws(FacenetError) {
    guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
      throw FacenetError(.inputOutput, "cannot make the folder \(folder): \(String(cString: strerror(errno)))")
    }
    try read { connection throws(FacenetError) in
      try exportTemplates(to: "\(folder)/\(ExportedFile.templates)", connection)
      try exportPeople(to: "\(folder)/\(ExportedFile.people)", connection)
    }
    try File.write(model.encoded, to: "\(folder)/\(ExportedFile.model)", mode: 0o600)
  }

  private func exportTemplates(to path: String, _ connection: Connection) throws(FacenetError) {
    let count = Int(try connection.integer("SELECT count(*) FROM templates") ?? 0)
    try File.replace(path, mode: 0o600) { output throws(FacenetError) in
      try output.write(NPYHeader.make(rows: count, columns: model.dimension))
      var done = 0
      try connection.run("SELECT embedding FROM templates ORDER BY person, id") { row throws(FacenetError) in
        let vector = try row.withBlob(0) { bytes throws(FacenetError) in
          try encoding.decode(bytes, dimension: model.dimension)
        }
        try output.write(TemplateEncoding.float32.encode(vector))
        done += 1
        try Progress.reached(Double(done) / Double(count))
      }
    }
  }

  private func exportPeople(to path: String, _ connection: Connection) throws(FacenetError) {
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
  /// - Throws: `invalidArgument` for another model's export and for a key that somebody has; `corrupt`, naming the line.
  @discardableResult
  public func importPeople(from folder: String) throws(FacenetError) -> Int {
    let modelPath = "\(folder)/\(ExportedFile.model)"
    let theirs = try GalleryModel(decoding: try File.read(modelPath, limit: 1 << 20), path: modelPath)
    guard theirs.fingerprint == model.fingerprint else {
      throw FacenetError(
        .invalidArgument,
        "\(folder) was exported for the model \(theirs.name), the gallery \(path) is for \(model.name)")
    }
    let file = try EmbeddingFile(path: "\(folder)/\(ExportedFile.templates)")
    guard file.columns == model.dimension else {
      throw FacenetError(.corrupt, "\(file.path) has \(file.columns) columns, expected \(model.dimension)")
    }
    let peoplePath = "\(folder)/\(ExportedFile.people)"
    let lines = try File.read(peoplePath, limit: ExportedFile.largest).split(separator: UInt8(ascii: "\n"))
    return try write { connection throws(FacenetError) in
      var identifiers = try TemplateIdentifiers(in: connection)
      var row = 0
      for (position, line) in lines.enumerated() {
        try Progress.reached(Double(position) / Double(lines.count))
        do throws(FacenetError) {
          try importPerson(String(decoding: line, as: UTF8.self), file, &row, &identifiers, connection)
        } catch { throw error.located(in: "line \(position + 1) of \(peoplePath)") }
      }
      guard row == file.rows else {
        throw FacenetError(.corrupt, "\(peoplePath) tells of \(row) templates, \(file.path) holds \(file.rows)")
      }
      return lines.count
    }
  }

  private func importPerson(
    _ line: String, _ file: EmbeddingFile, _ row: inout Int, _ identifiers: inout TemplateIdentifiers,
    _ connection: Connection
  ) throws(FacenetError) {
    guard !line.utf8.contains(0), try connection.integer("SELECT json_valid(?)", [.text(line)]) == 1 else {
      throw FacenetError(.corrupt, "this is no JSON")
    }
    var person: (name: String, key: String?, facts: String)?
    try connection.run("SELECT ?1 ->> 'name', ?1 ->> 'key', ?1 -> 'facts'", [.text(line)]) { found in
      person = found.text(0).map { ($0, found.text(1), found.text(2) ?? "{}") }
    }
    guard let person else { throw FacenetError(.corrupt, "a person without a name") }
    try Person.check(name: person.name)
    if let key = person.key {
      try Person.check(name: key, what: "key")
      try requireUnused(key, connection)
    }
    try Self.checkFacts(person.facts, connection)
    let identifier = try Self.insert(person.name, person.key, person.facts, in: connection)
    var templates: [Template] = []
    try connection.run(
      """
      SELECT value ->> 'photo', value ->> 'digest', value ->> 'face', value ->> 'time', value ->> 'quality',
        value ->> 'thumbnail' FROM json_each(?, '$.templates')
      """, [.text(line)]
    ) { found throws(FacenetError) in
      let face = try bytes(hexadecimal: found.text(2)) ?? []
      templates.append(
        Template(
          [], photo: found.text(0), digest: try bytes(hexadecimal: found.text(1)),
          face: try face.withUnsafeBufferPointer { face throws(FacenetError) in
            try Template.decodeFace(UnsafeRawBufferPointer(face))
          }, time: found.real(3), quality: found.isNull(4) ? nil : Float(found.real(4)),
          thumbnail: try bytes(hexadecimal: found.text(5))))
    }
    guard row + templates.count <= file.rows else { throw FacenetError(.corrupt, "\(file.path) has too few rows") }
    let vectors = try file.vectors(row..<row + templates.count)
    for (var template, vector) in zip(templates, vectors) {
      template.embedding = vector
      try template.check(against: model)
      _ = try insert(template, identifier, &identifiers, in: connection)
    }
    row += templates.count
  }
}

/// nil for no digits.
private func bytes(hexadecimal text: String?) throws(FacenetError) -> [UInt8]? {
  guard let digits = text.map({ Array($0.utf8) }), !digits.isEmpty else { return nil }
  let values = digits.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
  guard values.count == digits.count, values.count % 2 == 0 else {
    throw FacenetError(.corrupt, "'\(text?.prefix(20) ?? "")' is not made of pairs of hexadecimal digits")
  }
  return stride(from: 0, to: values.count, by: 2).map { UInt8(16 * values[$0] + values[$0 + 1]) }
}
