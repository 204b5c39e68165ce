import CSQLite
import Core
import Glibc

extension Gallery {
  /// Adds a person with templates: all of it is on disk when this returns, or nothing is.
  /// - Parameters:
  ///   - key: what another system calls them; nil for none.
  ///   - facts: a JSON text.
  /// - Returns: the person's number.
  /// - Throws: `invalidArgument` for a name, key, text or template that is refused, and for a key that somebody has;
  ///   `inputOutput` where the disk is full or another process writes for longer than is waited.
  @discardableResult
  public func enrol(_ name: String, key: String? = nil, facts: String = "{}", templates: [Template] = [])
    throws(FacenetError) -> Int64
  {
    try Person.check(name: name)
    if let key { try Person.check(name: key, what: "key") }
    try checkAll(templates)
    return try write { connection throws(FacenetError) in
      try Self.checkFacts(facts, connection)
      try requireUnused(key, connection)
      let person = try Self.insert(name, key, facts, in: connection)
      var identifiers = try TemplateIdentifiers(in: connection)
      for template in templates { _ = try insert(template, person, &identifiers, in: connection) }
      return person
    }
  }

  /// Adds templates to a person, all or none.
  /// - Returns: the templates' numbers.
  /// - Throws: `notFound` for a person who is not there; what ``enrol(_:key:facts:templates:)`` throws.
  @discardableResult
  public func add(_ templates: [Template], to person: Int64) throws(FacenetError) -> [Int64] {
    try checkAll(templates)
    return try write { connection throws(FacenetError) in
      try requirePerson(person, connection)
      var identifiers = try TemplateIdentifiers(in: connection)
      var added: [Int64] = []
      for template in templates { added.append(try insert(template, person, &identifiers, in: connection)) }
      return added
    }
  }

  /// Gives a person another name.
  public func rename(_ person: Int64, to name: String) throws(FacenetError) {
    try Person.check(name: name)
    try change(person, "UPDATE people SET name = ? WHERE id = ?", .text(name))
  }

  /// Gives a person another key, or none.
  /// - Throws: `invalidArgument` for a key that somebody else has.
  public func setKey(_ key: String?, of person: Int64) throws(FacenetError) {
    if let key { try Person.check(name: key, what: "key") }
    try change(person, "UPDATE people SET key = ? WHERE id = ?", .optional(key)) { connection throws(FacenetError) in
      try requireUnused(key, except: person, connection)
    }
  }

  /// Gives a person other facts: a JSON text.
  public func setFacts(_ facts: String, of person: Int64) throws(FacenetError) {
    try change(person, "UPDATE people SET facts = ? WHERE id = ?", .text(facts)) { connection throws(FacenetError) in
      try Self.checkFacts(facts, connection)
    }
  }

  private func change(
    _ person: Int64, _ statement: String, _ value: SQLiteValue,
    after check: (Connection) throws(FacenetError) -> Void = { _ in }
  ) throws(FacenetError) {
    try write(erasing: true) { connection throws(FacenetError) in
      try requirePerson(person, connection)
      try check(connection)
      try connection.run(statement, [value, .integer(person)])
    }
    try erase()
  }

  /// - Throws: `invalidArgument` where ``enrol(_:key:facts:templates:)`` would refuse the name or the key: to be asked before
  ///   photographs are embedded.
  package func checkNew(_ name: String, key: String?) throws(FacenetError) {
    try Person.check(name: name)
    if let key { try Person.check(name: key, what: "key") }
    try read { connection throws(FacenetError) in try requireUnused(key, connection) }
  }

  func requireUnused(_ key: String?, except person: Int64 = 0, _ connection: Connection) throws(FacenetError) {
    guard let key else { return }
    let others = "SELECT name FROM people WHERE key = ? AND id <> ?"
    if let other = try connection.text(others, [.text(key), .integer(person)]) {
      throw FacenetError(.invalidArgument, "the key \(key) is \(other)'s already (\(path))")
    }
  }

  func checkAll(_ templates: [Template]) throws(FacenetError) {
    for (position, template) in templates.enumerated() {
      do throws(FacenetError) { try template.check(against: model) } catch {
        throw error.located(in: "template \(position)")
      }
    }
  }

  private func requirePerson(_ person: Int64, _ connection: Connection) throws(FacenetError) {
    guard try connection.integer("SELECT id FROM people WHERE id = ?", [.integer(person)]) != nil else {
      throw FacenetError(.notFound, "there is no person \(person) in \(path)")
    }
  }

  /// An export has facts within an object: they have to be valid there too, where SQLite counts them a level deeper.
  static func checkFacts(_ facts: String, _ connection: Connection) throws(FacenetError) {
    guard facts.utf8.count <= Person.longestFacts, !facts.utf8.contains(0),
      try connection.integer("SELECT json_valid(?1) AND json_valid('[' || ?1 || ']')", [.text(facts)]) == 1
    else {
      throw FacenetError(
        .invalidArgument, "a person's facts are a JSON text of at most \(Person.longestFacts) bytes")
    }
  }

  static func insert(
    _ name: String, _ key: String?, _ facts: String, created: Double = now(), in connection: Connection
  ) throws(FacenetError) -> Int64 {
    try connection.run(
      "INSERT INTO people (name, key, facts, created) VALUES (?, ?, ?, ?)",
      [.text(name), .optional(key), .text(facts), .real(created)])
    return try connection.integer("SELECT last_insert_rowid()") ?? 0
  }

  func insert(
    _ template: Template, _ person: Int64, _ identifiers: inout TemplateIdentifiers, in connection: Connection
  ) throws(FacenetError) -> Int64 {
    let identifier = identifiers.next()
    try connection.statement(
      """
      INSERT INTO templates (id, person, embedding, photo, digest, face, time, quality, thumbnail)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """
    ).execute([
      .integer(identifier), .integer(person), .blob(encoding.encode(template.embedding)), .optional(template.photo),
      .optional(template.digest), .optional(template.face.map(Template.encode)),
      .real(template.time == 0 ? Self.now() : template.time), .optional(template.quality),
      .optional(template.thumbnail),
    ])
    return identifier
  }

  /// Seconds since 1970.
  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}

/// Numbers of new templates: microseconds since 1970, or one more than the last. So a number means one embedding for
/// ever, even where an older copy of the database was put back, and the index need not compare vectors.
struct TemplateIdentifiers {
  /// Leaves numbers for all templates that a disk can hold.
  private static let largest = Int64.max / 2
  private var last: Int64

  init(in connection: Connection) throws(FacenetError) {
    let given = try connection.integer("SELECT seq FROM sqlite_sequence WHERE name = 'templates'") ?? 0
    guard given <= Self.largest else {
      throw FacenetError(.corrupt, "\(connection.path) has given a template the number \(given)")
    }
    last = max(given, Int64(Gallery.now() * 1e6))
  }

  mutating func next() -> Int64 {
    last += 1
    return last
  }
}
