import Core
import Testing

@testable import Gallery

@Suite struct HostileRecordTests {
  /// A store with Ada and Bob, and what is found in it.
  private func store() throws -> MemoryStore {
    let store = MemoryStore()
    let gallery = try Gallery(creating: store.location, model: testModel())
    try gallery.enrol("Ada", key: "a", templates: [Template(unit(0))])
    try gallery.enrol("Bob", key: "b", templates: [Template(unit(1))])
    return store
  }

  private static func people(_ row: Int64) -> UInt64 { try! MirroredTable.people.key(of: row) }

  private static let person = try! RowEncoding.encode([.text("Eve"), .null, .text("{}"), .real(1)])

  private static let records: [(key: UInt64, bytes: [UInt8]?)] = [
    (0, person), (7 << 60 | 1, person), (0xF << 60 | 1, [2]), (people(3), []), (people(3), [2]),
    (people(3), [9] + person),
    (people(3), [3] + person.dropFirst()), (people(3), person + [0]), (people(3), person.dropLast()),
    (people(3), [2, 3, 255, 255, 255, 255]), (people(3), [2, 7]),
    (people(3), [2, 3, 1, 0, 0, 0, 0xFF] + person.dropFirst(9)),
    (people(3), [2, 3, 3, 0, 0, 0, 0x41, 0, 0x41] + person.dropFirst(9)),
    (people(3), try! RowEncoding.encode([.text("Eve"), .text("a"), .text("{}"), .real(1)])),
    (people(3), try! RowEncoding.encode([.blob([1]), .null, .text("{}"), .real(1)])),
    (people(3), try! RowEncoding.encode([.text("Eve"), .null, .text("{}"), .real(.nan)])),
    (1 << 60 | 1, nil),
    (1 << 60 | 2, try! RowEncoding.encode([.integer(1), .integer(1), .blob([]), .text("float32")])),
    (5 << 60 | 1, nil), (5 << 60 | 2, try! RowEncoding.encode([.integer(1), .integer(1)])),
    (5 << 60 | 1, try! RowEncoding.encode([.integer(-1), .integer(1)])),
    (5 << 60 | 1, try! RowEncoding.encode([.text("x"), .integer(1)])),
    (4 << 60 | 1, try! RowEncoding.encode([.integer(77), .blob([]), .null, .null, .null, .real(1), .null, .null])),
  ]

  @Test func aRecordThatIsNoneIsRefused() throws {
    for (position, (key, bytes)) in Self.records.enumerated() {
      let store = try store()
      let gallery = try Gallery(path: store.location)
      store.put(key, bytes)
      for isOpen in [true, false] {
        let error = #expect(throws: FacenetError.self, "\(position)") {
          try (isOpen ? gallery : Gallery(path: store.location)).people()
        }
        #expect(error?.status == .corrupt || error?.status == .unsupported, "\(position): \(error?.message ?? "")")
        #expect(error?.message.contains(store.location) == true, "\(position): \(error?.message ?? "")")
      }
      #expect(throws: FacenetError.self) { try gallery.enrol("Cleo") }
    }
  }

  @Test func aNumberThatWouldBeGivenAgainIsNot() throws {
    let store = try store()
    store.put(5 << 60 | 1, try RowEncoding.encode([.integer(0), .integer(0)]))
    #expect(try Gallery(path: store.location).enrol("Cleo") == 3)
  }

  @Test func anyBytesAreReadOrRefused() throws {
    var random = SystemRandomNumberGenerator()
    let records = try store().state.withLock { $0.records.map { ($0.key, $0.value.bytes ?? []) } }
    for _ in 0..<3000 {
      var (key, bytes) = records.randomElement()!
      for _ in 0..<Int.random(in: 1...4) {
        bytes[Int.random(in: 0..<min(24, bytes.count))] = random.next()
        if Bool.random() { bytes.removeLast(Int.random(in: 0..<bytes.count / 2)) }
      }
      if Int.random(in: 0..<9) == 0 { key ^= 1 << UInt64.random(in: 0..<64) }
      do throws(FacenetError) {
        let (table, _) = try MirroredTable.row(of: key)
        _ = try bytes.withBytes { bytes throws(FacenetError) in
          try RowEncoding.decode(bytes, columns: table.columns.count)
        }
      } catch { #expect(error.status == .corrupt || error.status == .unsupported) }
    }
  }
}
