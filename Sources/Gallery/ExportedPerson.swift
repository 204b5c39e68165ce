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
  init(_ line: [UInt8], in connection: Connection) throws(FacenetError) {
    guard let text = String(validating: line, as: UTF8.self), !line.contains(0),
      try connection.text("SELECT iif(json_valid(?1), json_type(?1), NULL)", [.text(text)]) == "object"
    else { throw FacenetError(.corrupt, "this is no JSON object in UTF-8") }
    // SQLite ends a text at the zero byte that it finds escaped.
    let zeros = #"SELECT instr(replace(json_remove(?, '$.facts'), '\\', ''), '\u0000')"#
    guard try connection.integer(zeros, [.text(text)]) == 0 else {
      throw FacenetError(.invalidArgument, "a name, key or path with a zero byte")
    }
    var found: (name: String?, key: String?, created: Double?, facts: String?)
    try connection.run(
      """
      SELECT json_type(?1, '$.name'), ?1 ->> 'name', json_type(?1, '$.key'), ?1 ->> 'key',
        json_type(?1, '$.created'), ?1 ->> 'created', ?1 -> 'facts'
      """, [.text(text)]
    ) { row throws(FacenetError) in
      let member = ExportedMember(row: row)
      found = (
        try member.text(0, "name"), try member.text(2, "key"), try member.number(4, "created"), row.text(6)
      )
    }
    guard let name = found.name else { throw FacenetError(.corrupt, "a person without a name") }
    (self.name, key, facts, created) = (name, found.key, found.facts ?? "{}", found.created)
    templates = try Self.templates(text, connection)
    try Person.check(name: name)
    if let key { try Person.check(name: key, what: "key") }
    try Gallery.checkFacts(facts, connection)
    guard Template.times.contains(created ?? 0) else {
      throw FacenetError(.invalidArgument, "a person's time is within 1e12 seconds of 1970, got \(created ?? 0)")
    }
  }

  private static func templates(_ line: String, _ connection: Connection) throws(FacenetError) -> [Template] {
    let type = try connection.text("SELECT json_type(?, '$.templates')", [.text(line)])
    guard type == nil || type == "array" else {
      throw FacenetError(.corrupt, "templates is of the JSON type \(type ?? ""), expected array")
    }
    var templates: [Template] = []
    try connection.run(
      """
      SELECT json_type(one, '$.photo'), one ->> 'photo', json_type(one, '$.digest'), one ->> 'digest',
        json_type(one, '$.face'), one ->> 'face', json_type(one, '$.time'), one ->> 'time',
        json_type(one, '$.quality'), one ->> 'quality', json_type(one, '$.thumbnail'), one ->> 'thumbnail', type
      FROM (SELECT type, iif(type = 'object', value, '{}') AS one FROM json_each(?, '$.templates'))
      """, [.text(line)]
    ) { row throws(FacenetError) in
      guard row.text(12) == "object" else {
        throw FacenetError(.corrupt, "a template is of the JSON type \(row.text(12) ?? ""), expected object")
      }
      let member = ExportedMember(row: row)
      let face = try member.bytes(4, "face") ?? []
      templates.append(
        Template(
          [], photo: try member.text(0, "photo"), digest: try member.bytes(2, "digest"),
          face: try face.withBytes(Template.decodeFace), time: try member.number(6, "time") ?? 0,
          quality: try member.number(8, "quality").map { Float($0) }, thumbnail: try member.bytes(10, "thumbnail")))
    }
    return templates
  }
}
