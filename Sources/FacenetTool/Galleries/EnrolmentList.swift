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

  var photographs: Int { people.reduce(0) { $0 + $1.photographs.count } }

  private mutating func addFolders(of folder: String) {
    let list = PhotographList([folder])
    failures = list.failures
    var (names, found): ([String], [String: [Photograph]]) = ([], [:])
    for photograph in list.photographs {
      guard let slash = photograph.name.firstIndex(of: "/") else {
        let reason = "\(photograph.path) lies in no person's folder"
        failures.append((photograph.path, FacenetError(.invalidArgument, reason)))
        continue
      }
      let name = String(photograph.name[..<slash])
      if found[name] == nil { names.append(name) }
      found[name, default: []].append(photograph)
    }
    people = names.map { Entry(name: $0, photographs: found[$0] ?? []) }
  }
}
