import Core

extension Gallery {
  private static let rowsAtOnce = 16_384

  /// Enrols the rows of a .npy file: rows of one key are one person, who is made, with the key for a name, where the
  /// gallery has nobody of that key. An embedding that its person has already, number for number, is left out, so an
  /// interrupted or repeated enrolment adds what is missing.
  ///
  /// Rows are written some thousand at a time, each time all or none, and the progress tells how many are on disk.
  /// - Parameters:
  ///   - path: a matrix of float32, an embedding a row.
  ///   - keys: a key for each row.
  /// - Returns: how many templates were added.
  /// - Throws: `invalidArgument`, naming the row, before any is written where the counts differ, else with the rows
  ///   before its part written; `cancelled`; what reading the file and ``enrol(_:key:facts:templates:)`` throw.
  @discardableResult
  public func enrol(embeddingsAt path: String, keys: [String]) throws(FacenetError) -> Int {
    let file = try EmbeddingFile(path: path)
    guard file.rows == keys.count, file.columns == model.dimension else {
      throw FacenetError(
        .invalidArgument,
        "\(path) holds \(file.rows) embeddings of \(file.columns) numbers, expected \(keys.count) of "
          + "\(model.dimension)")
    }
    return try enrol(keys) { rows throws(FacenetError) in try file.vectors(rows) }
  }

  /// Enrols embeddings as those of a file are; see ``enrol(embeddingsAt:keys:)``.
  /// - Parameter embeddings: (keys.count, model.dimension) floats.
  @discardableResult
  public func enrol(_ embeddings: UnsafeBufferPointer<Float>, keys: [String]) throws(FacenetError) -> Int {
    let width = model.dimension
    guard embeddings.count == keys.count * width else {
      throw FacenetError(
        .invalidArgument, "there are \(embeddings.count) numbers, expected \(keys.count) embeddings of \(width)")
    }
    return try enrol(keys) { rows in rows.map { Array(embeddings[$0 * width..<($0 + 1) * width]) } }
  }

  private func enrol(_ keys: [String], _ vectors: (Range<Int>) throws(FacenetError) -> [[Float]])
    throws(FacenetError) -> Int
  {
    for (row, key) in keys.enumerated() {
      do throws(FacenetError) { try Person.check(name: key, what: "key") } catch {
        throw error.located(in: "row \(row)")
      }
    }
    var added = 0
    for start in stride(from: 0, to: keys.count, by: Self.rowsAtOnce) {
      try Progress.reached(Double(start) / Double(keys.count))
      let range = start..<min(start + Self.rowsAtOnce, keys.count)
      let templates = try vectors(range).map { Template($0) }
      for (row, template) in zip(range, templates) {
        do throws(FacenetError) { try template.check(against: model) } catch {
          throw error.located(in: "row \(row)")
        }
      }
      added += try write { connection throws(FacenetError) in
        try insert(zip(keys[range], templates), in: connection)
      }
    }
    return added
  }

  private func insert(_ rows: some Sequence<(String, Template)>, in connection: Connection) throws(FacenetError) -> Int
  {
    var identifiers = try TemplateIdentifiers(in: connection)
    var known = KnownEmbeddings(connection: connection)
    var added = 0
    for (key, template) in rows {
      let found = try connection.integer("SELECT id FROM people WHERE key = ?", [.text(key)])
      let person = if let found { found } else { try Self.insert(key, key, "{}", in: connection) }
      guard try known.insert(encoding.encode(template.embedding), of: person, isNew: found == nil) else { continue }
      _ = try insert(template, person, &identifiers, in: connection)
      added += 1
    }
    return added
  }
}
