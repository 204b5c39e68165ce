import Core

/// Whom an enrolment is for, who may be there already: by the key, or where none is given by the name.
package struct Enrollee: Sendable {
  package let name: String
  package let key: String?
  /// A JSON text that replaces what is noted of the person; nil keeps that.
  package let facts: String?

  package init(name: String, key: String? = nil, facts: String? = nil) {
    (self.name, self.key, self.facts) = (name, key, facts)
  }
}

extension Gallery {
  /// - Throws: `invalidArgument` where the enrolment would be refused whatever its templates are: for a name, a key or facts
  ///   that a person cannot have, a name without a key that several have, and a key that somebody of another name has.
  package func check(_ enrollee: Enrollee) throws(FacenetError) {
    try read { connection throws(FacenetError) in _ = try find(enrollee, connection) }
  }

  /// The person who is meant; nil where nobody is there yet.
  /// - Throws: as ``check(_:)-(Enrollee)``.
  package func person(_ enrollee: Enrollee) throws(FacenetError) -> Person? {
    let found = try read { connection throws(FacenetError) in try find(enrollee, connection) }
    return try found.flatMap { number throws(FacenetError) in try person(number) }
  }

  /// Whether the person who is meant has a template of the photograph with this SHA-256 digest.
  package func has(_ digest: [UInt8], _ enrollee: Enrollee) throws(FacenetError) -> Bool {
    try read { connection throws(FacenetError) in
      guard let person = try find(enrollee, connection) else { return false }
      return try has(digest, person, connection)
    }
  }

  /// Gives templates and facts to the person who is meant, who is made where nobody is there yet: all of it is on disk when
  /// this returns, or nothing is. A photograph that they have already is left out, so that of two processes that enrol the
  /// same the second adds nothing.
  /// - Returns: the person's number, and how many templates were added.
  /// - Throws: `invalidArgument` as ``check(_:)-(Enrollee)`` and for a template that is refused; `notFound` for nobody who is
  ///   given facts alone.
  package func enrol(_ enrollee: Enrollee, templates: [Template]) throws(FacenetError) -> (person: Int64, added: Int) {
    try checkAll(templates)
    let done = try write(erasing: enrollee.facts != nil) { connection throws(FacenetError) in
      let found = try find(enrollee, connection)
      guard found != nil || !templates.isEmpty else {
        throw FacenetError(.notFound, "there is nobody called \(enrollee.name) any more (\(path))")
      }
      let person = try update(found, enrollee, connection)
      return (person: person, added: try insert(templates, person, connection), isNew: found == nil)
    }
    if enrollee.facts != nil, !done.isNew { try erase() }
    return (done.person, done.added)
  }

  private func update(_ found: Int64?, _ enrollee: Enrollee, _ connection: Connection) throws(FacenetError) -> Int64 {
    guard let found else {
      return try Self.insert(enrollee.name, enrollee.key, enrollee.facts ?? "{}", in: connection)
    }
    if let facts = enrollee.facts {
      try connection.run("UPDATE people SET facts = ? WHERE id = ?", [.text(facts), .integer(found)])
    }
    return found
  }

  private func insert(_ templates: [Template], _ person: Int64, _ connection: Connection) throws(FacenetError) -> Int {
    var identifiers = try TemplateIdentifiers(in: connection)
    var added = 0
    for template in templates {
      if let digest = template.digest, try has(digest, person, connection) { continue }
      _ = try insert(template, person, &identifiers, in: connection)
      added += 1
    }
    return added
  }

  private func has(_ digest: [UInt8], _ person: Int64, _ connection: Connection) throws(FacenetError) -> Bool {
    let same = "SELECT 1 FROM templates WHERE person = ? AND digest = ?"
    return try connection.integer(same, [.integer(person), .blob(digest)]) != nil
  }

  private func find(_ enrollee: Enrollee, _ connection: Connection) throws(FacenetError) -> Int64? {
    let name = enrollee.name
    try Person.check(name: name)
    if let facts = enrollee.facts { try Self.checkFacts(facts, connection) }
    guard let key = enrollee.key else { return try onlyPerson(named: name, connection) }
    try Person.check(name: key, what: "key")
    let another = "SELECT name FROM people WHERE key = ? AND name <> ?"
    if let other = try connection.text(another, [.text(key), .text(name)]) {
      throw FacenetError(.invalidArgument, "the key \(key) is \(other)'s already, not \(name)'s (\(path))")
    }
    return try connection.integer("SELECT id FROM people WHERE key = ?", [.text(key)])
  }

  private func onlyPerson(named name: String, _ connection: Connection) throws(FacenetError) -> Int64? {
    var found: [Int64] = []
    try connection.run("SELECT id FROM people WHERE name = ? ORDER BY id", [.text(name)]) {
      found.append($0.integer(0))
    }
    guard found.count < 2 else {
      let numbers = found.map { String($0) }.joined(separator: ", ")
      throw FacenetError(.invalidArgument, "\(found.count) people are called \(name): numbers \(numbers) (\(path))")
    }
    return found.first
  }
}
