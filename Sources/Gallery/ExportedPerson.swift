import Core

/// What a line of people.jsonl tells of a person.
struct ExportedPerson {
  let name: String
  let key: String?
  let facts: String
  /// In seconds since 1970; nil where the line does not tell.
  let created: Double?
  /// Without their embeddings.
  let templates: [Template]

  /// - Parameter connection: reads JSON.
  /// - Throws: `corrupt` for what is no person, `invalidArgument` for a name, key, text or time that is refused.
  init(_ line: String, in connection: Connection) throws(FacenetError) {
    guard !line.utf8.contains(0), try connection.integer("SELECT json_valid(?)", [.text(line)]) == 1 else {
      throw FacenetError(.corrupt, "this is no JSON")
    }
    // SQLite ends a text at the zero byte that it finds escaped.
    let zeros = #"SELECT instr(replace(json_remove(?, '$.facts'), '\\', ''), '\u0000')"#
    guard try connection.integer(zeros, [.text(line)]) == 0 else {
      throw FacenetError(.invalidArgument, "a name, key or path with a zero byte")
    }
    var found: (name: String?, key: String?, facts: String?, created: Double?)
    try connection.run("SELECT ?1 ->> 'name', ?1 ->> 'key', ?1 -> 'facts', ?1 ->> 'created'", [.text(line)]) { row in
      found = (row.text(0), row.text(1), row.text(2), row.isNull(3) ? nil : row.real(3))
    }
    guard let name = found.name else { throw FacenetError(.corrupt, "a person without a name") }
    (self.name, key, facts, created) = (name, found.key, found.facts ?? "{}", found.created)
    templates = try Self.templates(line, connection)
    try Person.check(name: name)
    if let key { try Person.check(name: key, what: "key") }
    try Gallery.checkFacts(facts, connection)
    guard Template.times.contains(created ?? 0) else {
      throw FacenetError(.invalidArgument, "a person's time is within 1e12 seconds of 1970, got \(created ?? 0)")
    }
  }

  private static func templates(_ line: String, _ connection: Connection) throws(FacenetError) -> [Template] {
    var templates: [Template] = []
    try connection.run(
      """
      SELECT value ->> 'photo', value ->> 'digest', value ->> 'face', value ->> 'time', value ->> 'quality',
        value ->> 'thumbnail' FROM json_each(?, '$.templates')
      """, [.text(line)]
    ) { row throws(FacenetError) in
      let face = try bytes(hexadecimal: row.text(2)) ?? []
      templates.append(
        Template(
          [], photo: row.text(0), digest: try bytes(hexadecimal: row.text(1)),
          face: try face.withBytes(Template.decodeFace), time: row.real(3),
          quality: row.isNull(4) ? nil : Float(row.real(4)),
          thumbnail: try bytes(hexadecimal: row.text(5))))
    }
    return templates
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
