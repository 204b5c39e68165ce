import Core
import Search

/// What identification needs in memory: made from the database, and made again from it at any time.
struct SearchState: Sendable {
  private static let rowsAtOnce = 16_384

  let index: VectorIndex
  /// The person of each template.
  private(set) var owners: [Int64: Int64] = [:]
  /// The state of the database that this shows.
  private(set) var version: GalleryVersion
  /// Templates that the saved index has not got.
  var unsaved = 0
  private var newest: Int64 = 0

  /// Shows the database as it is.
  /// - Parameter usesSaved: whether the saved index is taken, where it will do.
  init(_ table: TemplateTable, _ cache: IndexCache, usesSaved: Bool = true) throws(FacenetError) {
    version = try table.versions.current()
    let found = try table.owners(after: 0)
    let templates = found.map(\.template)
    let saved = usesSaved ? try cache.index(of: templates, in: table.connection) : nil
    index = if let saved { saved } else { try cache.emptyIndex() }
    note(found)
    try addMissing(templates, table)
  }

  /// Comes to show the database as it is, which must have come from the state that this shows: no number of a template was
  /// given twice then. Where it throws, this shows nothing of use.
  mutating func follow(_ table: TemplateTable) throws(FacenetError) {
    let now = try table.versions.current()
    guard now != version else { return }
    version = now
    var new = try table.owners(after: newest)
    note(new)
    // Numbers only grow: as many as before and the new ones are the same and the new ones.
    if owners.count != (try table.count()) {
      let before = owners
      owners = [:]
      new = try table.owners(after: 0)
      note(new)
      try index.remove(before.keys.filter { owners[$0] == nil })
    }
    try addMissing(new.map(\.template), table)
  }

  private mutating func note(_ found: [(template: Int64, person: Int64)]) {
    owners.reserveCapacity(owners.count + found.count)
    for (template, person) in found { owners[template] = person }
    newest = found.last?.template ?? newest
  }

  private mutating func addMissing(_ templates: [Int64], _ table: TemplateTable) throws(FacenetError) {
    // The index holds nobody else: as many are all.
    guard index.count < owners.count else { return }
    let missing = templates.filter { !index.contains($0) }
    for start in stride(from: 0, to: missing.count, by: Self.rowsAtOnce) {
      try Progress.reached(Double(start) / Double(missing.count))
      let some = missing[start..<min(start + Self.rowsAtOnce, missing.count)]
      try table.embeddings(of: some).withUnsafeBufferPointer { numbers throws(FacenetError) in
        try index.add(numbers, keys: Array(some))
      }
    }
    unsaved += missing.count
  }
}
