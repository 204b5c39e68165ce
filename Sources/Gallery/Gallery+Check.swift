import Core
import Imaging
import Search

extension Gallery {
  /// Reads all of the gallery and says what is wrong with it, a sentence each; nothing where it is sound.
  ///
  /// SQLite's own check of the file and of how rows refer to each other; every template against the model; the saved
  /// index against the database.
  /// - Throws: what keeps the gallery from being read at all; `cancelled`.
  public func check() throws(FacenetError) -> [String] {
    var faults: [String] = []
    var saved: VectorIndex?
    do throws(FacenetError) {
      saved = try cache.path.map { path throws(FacenetError) in try VectorIndex(path: path) }
      try Progress.part(from: 0, to: 0.2) { () throws(FacenetError) in try saved?.check() }
    } catch {
      saved = nil
      if error.status == .cancelled { throw error }
      if error.status != .notFound { faults.append("the saved index: \(error.message)") }
    }
    do throws(FacenetError) {
      try read { connection throws(FacenetError) in
        try check(connection, &faults)
        try Progress.part(from: 0.2, to: 1) { () throws(FacenetError) in
          try check(templates(in: connection), saved, &faults)
        }
      }
    } catch {
      guard error.status == .corrupt else { throw error }
      faults.append(error.message)
    }
    return faults
  }

  private func check(_ connection: Connection, _ faults: inout [String]) throws(FacenetError) {
    try connection.stoppable { () throws(FacenetError) in
      try connection.run("PRAGMA integrity_check") { row in
        if let text = row.text(0), text != "ok" { faults.append("the database: \(text)") }
      }
    }
    faults += try Schema.faults(in: connection)
    for table in ["people", "templates"] {
      let given = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = '\(table)'), 0)"
      try connection.run("SELECT count(*) FROM \(table) WHERE id NOT BETWEEN 1 AND (\(given))") { row in
        if row.integer(0) > 0 { faults.append("\(row.integer(0)) of \(table) have numbers that were never given") }
      }
    }
    try connection.run("PRAGMA foreign_key_check") { row in
      faults.append("the row \(row.integer(1)) of \(row.text(0) ?? "a table") belongs to nobody")
    }
    try connection.run("SELECT name FROM people WHERE NOT json_valid(facts)") { row in
      faults.append("the facts of \(row.text(0) ?? "") are no JSON")
    }
    try connection.run("SELECT id, name, key FROM people ORDER BY id") { row in
      if let fault = nameFault(row) { faults.append(fault) }
    }
  }

  private func check(_ table: TemplateTable, _ saved: VectorIndex?, _ faults: inout [String]) throws(FacenetError) {
    let count = try table.count()
    var done = 0
    try table.connection.run("\(TemplateTable.columns) ORDER BY id") { row throws(FacenetError) in
      done += 1
      try Progress.reached(Double(done) / Double(count))
      if let fault = fault(row, of: table, saved) { faults.append(fault) }
    }
  }

  /// What is wrong with the name or the key in a row of number, name and key.
  private func nameFault(_ row: Statement) -> String? {
    let isText = [1, 2].allSatisfy { String(validating: row.blob($0) ?? [], as: UTF8.self) != nil }
    guard isText else { return "person \(row.integer(0)): the name or the key is not UTF-8" }
    do throws(FacenetError) {
      try Person.check(name: row.text(1) ?? "")
      if let key = row.text(2) { try Person.check(name: key, what: "key") }
      return nil
    } catch { return "person \(row.integer(0)): \(error.message)" }
  }

  private func fault(_ row: Statement, of table: TemplateTable, _ saved: VectorIndex?) -> String? {
    do throws(FacenetError) {
      let template = try table.template(row)
      do throws(FacenetError) { try template.check(against: model) } catch { throw table.damage(row, error) }
      if let thumbnail = template.thumbnail {
        do throws(FacenetError) { _ = try Bitmap(decoding: thumbnail) } catch {
          return "the thumbnail of \(table.name(of: template)) cannot be read: \(error.message) (\(path))"
        }
      }
      if let vector = try saved?.vector(of: template.id), vector != template.embedding {
        return "the saved index has another vector for template \(template.id)"
      }
      return nil
    } catch { return error.message }
  }

  /// Sizes of a gallery.
  public struct Statistics: Sendable, Hashable {
    /// People.
    public let people: Int
    /// Templates of all of them.
    public let templates: Int
    /// People without a template, who are never found.
    public let peopleWithoutTemplates: Int
    /// Templates with a thumbnail.
    public let thumbnails: Int
    /// Bytes of the database, its log left out.
    public let bytes: Int
    /// Bytes of it that nothing uses: ``Gallery/compact()`` gives them back.
    public let unusedBytes: Int
    /// The mean of the templates' qualities; nil where none has one.
    public let quality: Float?
  }

  /// Sizes of the gallery as it is now.
  public func statistics() throws(FacenetError) -> Statistics {
    try read { connection throws(FacenetError) in
      func number(_ text: String) throws(FacenetError) -> Int { Int(try connection.integer(text) ?? 0) }
      let page = try number("PRAGMA page_size")
      var quality: Float?
      try connection.run("SELECT avg(quality) FROM templates") { row in
        quality = row.isNull(0) ? nil : Float(row.real(0))
      }
      return Statistics(
        people: try number("SELECT count(*) FROM people"), templates: try number("SELECT count(*) FROM templates"),
        peopleWithoutTemplates: try number(
          "SELECT count(*) FROM people WHERE id NOT IN (SELECT person FROM templates)"),
        thumbnails: try number("SELECT count(*) FROM templates WHERE thumbnail IS NOT NULL"),
        bytes: page * (try number("PRAGMA page_count")), unusedBytes: page * (try number("PRAGMA freelist_count")),
        quality: quality)
    }
  }
}
