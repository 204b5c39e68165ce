import Core

extension Gallery {
  /// How many people and templates there are.
  public func count() throws(FacenetError) -> (people: Int, templates: Int) {
    try read { connection throws(FacenetError) in
      let people = try connection.integer("SELECT count(*) FROM people") ?? 0
      let templates = try connection.integer("SELECT count(*) FROM templates") ?? 0
      return (Int(people), Int(templates))
    }
  }

  /// People by number, from the first whose number is above `after`.
  public func people(after: Int64 = 0, limit: Int = Int.max) throws(FacenetError) -> [Person] {
    try people("WHERE id > ? ORDER BY id LIMIT ?", [.integer(after), .integer(Int64(max(0, limit)))])
  }

  /// People of this name, by number.
  public func people(named name: String) throws(FacenetError) -> [Person] {
    try people("WHERE name = ? ORDER BY id", [.text(name)])
  }

  /// The person with this number; nil where there is none.
  public func person(_ id: Int64) throws(FacenetError) -> Person? {
    try people("WHERE id = ?", [.integer(id)]).first
  }

  /// The person with this key; nil where there is none.
  public func person(key: String) throws(FacenetError) -> Person? {
    try people("WHERE key = ?", [.text(key)]).first
  }

  /// A person's templates, in the order in which they were added.
  public func templates(of person: Int64) throws(FacenetError) -> [Template] {
    var found: [Template] = []
    try read { connection throws(FacenetError) in
      let table = templates(in: connection)
      try connection.run("\(TemplateTable.columns) WHERE person = ? ORDER BY id", [.integer(person)]) {
        row throws(FacenetError) in found.append(try table.template(row))
      }
    }
    return found
  }

  private func people(_ condition: String, _ values: [SQLiteValue]) throws(FacenetError) -> [Person] {
    var found: [Person] = []
    try read { connection throws(FacenetError) in
      try connection.run(
        """
        SELECT id, name, key, facts, created, (SELECT count(*) FROM templates WHERE person = people.id) FROM people
        \(condition)
        """, values
      ) { row in
        found.append(
          Person(
            id: row.integer(0), name: row.text(1) ?? "", key: row.text(2), facts: row.text(3) ?? "{}",
            created: row.real(4), templates: Int(row.integer(5))))
      }
    }
    return found
  }
}
