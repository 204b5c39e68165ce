import Core

/// Whose photographs a command line names.
struct EnrolmentList: Sendable {
  struct Entry: Sendable {
    let name: String
    let photographs: [Photograph]
  }

  private(set) var people: [Entry] = []
  /// Folders and files that cannot be read or are nobody's.
  private(set) var failures: [(path: String, error: FacenetError)] = []

  /// - Parameter words: one folder that holds a folder a person, or a name and photographs.
  /// - Throws: `UsageError` for a name without photographs; `notFound` where there are none.
  init(_ words: [String]) throws {
    if words.count == 1 {
      guard isFolder(words[0]) else {
        throw UsageError("'\(words[0])' is no folder: write a folder that holds a folder a person, or NAME PHOTO...")
      }
      addFolders(of: words[0])
    } else {
      let list = PhotographList(Array(words[1...]))
      failures = list.failures
      if !list.photographs.isEmpty { people = [Entry(name: words[0], photographs: list.photographs)] }
    }
    guard people.isEmpty, failures.isEmpty else { return }
    throw FacenetError(
      .notFound, "there is no picture in \(words.dropFirst(min(1, words.count - 1)).joined(separator: ", "))")
  }

  private mutating func addFolders(of folder: String) {
    let list = PhotographList([folder])
    failures = list.failures
    // Photographs come in the order of their names' bytes, by which a gallery tells names apart; Swift's strings are equal
    // where they only look the same.
    var entries: [(name: String, photographs: [Photograph])] = []
    for photograph in list.photographs {
      guard let slash = photograph.name.firstIndex(of: "/") else {
        let reason = "\(photograph.path) lies in no person's folder"
        failures.append((photograph.path, FacenetError(.invalidArgument, reason)))
        continue
      }
      let name = String(photograph.name[..<slash])
      if entries.last.map({ $0.name.utf8.elementsEqual(name.utf8) }) != true { entries.append((name, [])) }
      entries[entries.count - 1].photographs.append(photograph)
    }
    people = entries.map { Entry(name: $0.name, photographs: $0.photographs) }
  }
}
