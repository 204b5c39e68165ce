import Core

/// Which embeddings people have, in one transaction; each person's are read once, when they are first asked for.
struct KnownEmbeddings {
  private struct Print: Hashable {
    let person: Int64
    let lanes: SIMD8<UInt64>
  }

  private let connection: Connection
  private var people: Set<Int64> = []
  private var prints: Set<Print> = []

  init(connection: Connection) { self.connection = connection }

  /// - Parameters:
  ///   - embedding: as the gallery stores it.
  ///   - isNew: whether the person has no templates yet.
  /// - Returns: false where the person has it already.
  mutating func insert(_ embedding: [UInt8], of person: Int64, isNew: Bool) throws(FacenetError) -> Bool {
    if people.insert(person).inserted, !isNew {
      try connection.run("SELECT embedding FROM templates WHERE person = ?", [.integer(person)]) {
        row throws(FacenetError) in
        try row.withBlob(0) { bytes throws(FacenetError) in _ = prints.insert(Self.print(bytes, person)) }
      }
    }
    return embedding.withBytes { prints.insert(Self.print($0, person)).inserted }
  }

  private static func print(_ bytes: UnsafeRawBufferPointer, _ person: Int64) -> Print {
    var mixed = MixedLanes()
    mixed.append(bytes)
    return Print(person: person, lanes: mixed.lanes)
  }
}
