import Core

/// The tables whose rows a store keeps; a row's record has the table's number in the upper four bits of its key, and the
/// row's in the others.
enum MirroredTable: UInt64, CaseIterable {
  case gallery = 1
  case versions, people, templates
  /// A row of the greatest numbers that people and templates were given, 0 where none were.
  case numbers

  private static let shift: UInt64 = 60
  /// Numbers of rows are smaller.
  private static let limit: Int64 = 1 << 60

  /// The tables of the database by name.
  static let named = Dictionary(
    uniqueKeysWithValues: allCases.filter { $0 != .numbers }.map { ("\($0)", $0) })

  /// - Throws: `tooLarge` for a number that has no key.
  func key(of row: Int64) throws(FacenetError) -> UInt64 {
    guard (0..<Self.limit).contains(row) else {
      throw FacenetError(.tooLarge, "a store takes rows of \(self) below \(Self.limit), got \(row)")
    }
    return rawValue << Self.shift | UInt64(row)
  }

  /// - Throws: `corrupt` for a key of no table.
  static func row(of key: UInt64) throws(FacenetError) -> (table: MirroredTable, row: Int64) {
    guard let table = MirroredTable(rawValue: key >> shift) else {
      throw FacenetError(.corrupt, "\(key) is no key of a gallery's record")
    }
    return (table, Int64(key & (1 << shift - 1)))
  }

  private var identifier: String {
    switch self {
    case .gallery, .numbers: "one"
    case .versions: "change"
    case .people, .templates: "id"
    }
  }

  /// What a record holds, in order.
  var columns: [String] {
    switch self {
    case .gallery: ["identity", "changes", "model", "encoding"]
    case .versions: ["mark"]
    case .people: ["name", "key", "facts", "created"]
    case .templates: ["person", "embedding", "photo", "digest", "face", "time", "quality", "thumbnail"]
    case .numbers: ["people", "templates"]
    }
  }

  /// Reads ``columns`` of a row.
  var selection: String {
    guard self != .numbers else {
      let greatest = columns.map { "(SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = '\($0)')" }
      return "SELECT \(greatest.joined(separator: ", ")) WHERE ? = 1"
    }
    return "SELECT \(columns.joined(separator: ", ")) FROM \(self) WHERE \(identifier) = ?"
  }

  /// Takes out a row, and what belongs to it.
  var removal: String { "DELETE FROM \(self) WHERE \(identifier) = ?" }

  /// Writes a row: its number and ``columns``.
  var insertion: String {
    let marks = columns.map { _ in ", ?" }.joined()
    let updates = columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
    return """
      INSERT INTO \(self) (\(identifier), \(columns.joined(separator: ", "))) VALUES (?\(marks))
      ON CONFLICT (\(identifier)) DO UPDATE SET \(updates)
      """
  }
}
