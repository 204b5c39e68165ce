import Core
import Testing

@testable import Search

/// Vectors as they are: a source whose candidates are the nearest.
private final class ListedSource: CandidateSource {
  let canRemove: Bool
  private let dimension: Int
  private let vectors = Lock<[Int64: [Float]]>([:])

  init(_ dimension: Int, canRemove: Bool) { (self.dimension, self.canRemove) = (dimension, canRemove) }

  func add(_ numbers: [Int64], _ vectors: UnsafePointer<Float>) throws(FacenetError) {
    for (row, number) in numbers.enumerated() {
      let vector = Array(UnsafeBufferPointer(start: vectors + row * dimension, count: dimension))
      guard self.vectors.withLock({ $0.updateValue(vector, forKey: number) }) == nil else {
        throw broken("was given \(number) twice")
      }
    }
  }

  func remove(_ numbers: [Int64]) throws(FacenetError) {
    for number in numbers where vectors.withLock({ $0.removeValue(forKey: number) }) == nil {
      throw broken("has no \(number)")
    }
  }

  func search(_ query: UnsafePointer<Float>, into room: UnsafeMutableBufferPointer<Int64>) -> Int {
    let found = vectors.withLock { vectors in
      vectors.map { number, vector in (squaredDistance(vector, query), number) }.sorted { $0 < $1 }.prefix(room.count)
    }
    for (place, candidate) in found.enumerated() { room[place] = candidate.1 }
    return found.count
  }

  private func squaredDistance(_ vector: [Float], _ query: UnsafePointer<Float>) -> Float {
    vector.indices.reduce(0) { $0 + (vector[$1] - query[$1]) * (vector[$1] - query[$1]) }
  }

  func saved() throws(FacenetError) -> Column<UInt8>? {
    guard canRemove else { return nil }
    let column = try Column<UInt8>()
    try column.reserve(1)
    column.setCount(1)
    column.writable[0] = 42
    return column
  }

  func broken(_ how: String) -> FacenetError { FacenetError(.pluginFailed, "the list \(how)") }
}

@Suite struct CandidateTests {
  private static let provider = Provider(name: "lists", version: "1", licence: "MIT", file: nil)

  /// Kinds of the registry, added once: one that removes and is restored, one that does neither, and what `auto` takes.
  private static let kinds: [IndexKind] = {
    let names = ["listed", "kept", "listed-from-5100"]
    for (name, from) in zip(names, [nil, nil, 5100]) {
      IndexKind.registry.add(name, MethodMaker(opener(canRemove: name != "kept"), automaticFrom: from), from: provider)
    }
    return names.map(IndexKind.init(rawValue:))
  }()

  private static func opener(canRemove: Bool) -> CandidateOpener {
    let open: CandidateOpener.Open = { dimension, _ throws(FacenetError) in
      ListedSource(dimension, canRemove: canRemove)
    }
    return CandidateOpener(
      open: open,
      restore: { dimension, options, contents throws(FacenetError) in
        guard contents.saved.elementsEqual([42]) else { throw FacenetError(.corrupt, "not 42") }
        let source = try open(dimension, options)
        try source.add(contents.numbers, contents.vectors)
        return source
      })
  }

  @Test(arguments: [0, 1], [3, 16]) func agreesWithADictionary(place: Int, dimension: Int) throws {
    var dice = Dice(dimension)
    var index = try VectorIndex(dimension: dimension, options: IndexOptions(kind: Self.kinds[place], threads: 2))
    var known: [Int64: [Float]] = [:]
    for step in 0..<150 {
      let keys = Set((0..<dice.next(below: 90)).map { _ in Int64(dice.next(below: 900)) }).sorted()
      switch dice.next(below: 4) {
      case 0, 1:
        let vectors = dice.vectors(keys.count, dimension)
        try index.replace(vectors, keys: keys)
        known.merge(zip(keys, vectors)) { $1 }
      case 2:
        #expect(try index.remove(keys) == Set(keys).intersection(known.keys).count)
        for key in keys { known[key] = nil }
      default:
        if step % 3 == 0 {
          let file = TemporaryFile()
          try index.save(to: file.path)
          index = try VectorIndex(path: file.path)
          try index.check()
          #expect(index.options.kind == Self.kinds[place])
        }
      }
      let query = dice.vector(dimension)
      for nearest in [1, 12, 40] {
        #expect(isExact(try index.search(query, nearest: nearest), query, known, nearest: nearest), "step \(step)")
      }
      let some = known.filter { $0.key % 3 == 0 }
      let found = try index.search(query, nearest: 9, allowed: Set(some.keys))
      #expect(isExact(found, query, some, nearest: 9), "step \(step)")
    }
  }

  /// However many came and went, numbers lie no further apart than a file's may.
  @Test(arguments: [0, 1]) func whatIsLeftOfManyIsSavedAndOpened(place: Int) throws {
    var dice = Dice(8)
    let index = try VectorIndex(dimension: 6, options: IndexOptions(kind: Self.kinds[place]))
    let vectors = dice.vectors(2000, 6)
    try index.add(vectors, keys: Array(0..<2000))
    try index.remove(Array(0..<1700) + Array(1710..<2000))
    let file = TemporaryFile()
    try index.save(to: file.path)
    let opened = try VectorIndex(path: file.path)
    let known = Dictionary(uniqueKeysWithValues: (1700..<1710).map { (Int64($0), vectors[$0]) })
    #expect(isExact(try opened.search(vectors[3], nearest: 12), vectors[3], known, nearest: 12))
  }

  /// What opening an index throws whose file has these bytes at the beginning of a section, and so many there.
  private func refusal(_ section: String, _ bytes: [UInt8], count: Int) throws -> FacenetError? {
    let index = try VectorIndex(dimension: 2, options: IndexOptions(kind: Self.kinds[0]))
    try index.add([[1, 2], [3, 4]], keys: [1, 2])
    var forged = try ForgedIndex(index)
    for (place, byte) in bytes.enumerated() { try forged.write(byte, place, of: section) }
    try forged.write(UInt64(count), field: 1, of: section)
    forged.seal()
    let file = TemporaryFile()
    try overwrite(forged.bytes, to: file.path)
    return failure { () throws(FacenetError) in _ = try VectorIndex(path: file.path) }
  }

  @Test func aFileWithoutItsKindIsRefusedByName() throws {
    #expect(try refusal("kind", Array("listed".utf8), count: 6) == nil)
    let error = try refusal("kind", Array("borrow".utf8), count: 6)
    #expect(error?.status == .unsupported && error?.message.contains("'borrow'") == true)
    for name in ["mlann", "list\u{0}d", ""] {
      #expect(try refusal("kind", Array(name.utf8), count: name.utf8.count)?.status == .corrupt, "\(name)")
    }
  }

  @Test func forgedNumbersAreRefused() throws {
    for numbers: [Int32] in [[0, 0], [-1, 0], [0, .max], [0]] {
      let bytes = numbers.withUnsafeBytes { Array($0) }
      let error = try refusal("candidate-numbers", bytes, count: bytes.count)
      #expect(error?.status == .corrupt, "\(numbers)")
    }
    #expect(try refusal("candidates", [41], count: 1)?.message.contains("not 42") == true)
  }

  @Test func autoTakesAPluginsKindFromSoManyOn() throws {
    let auto = { IndexOptions(kind: .auto, recall: $0) }
    _ = Self.kinds
    #expect(Tuning.plugins == ["hnsw": 1_000_000])
    #expect(Tuning.kind(count: 5099, dimension: 128, options: auto(0.9999)) == .flat8)
    #expect(Tuning.kind(count: 5100, dimension: 128, options: auto(0.9999)) == Self.kinds[2])
    #expect(Tuning.kind(count: 5100, dimension: 128, options: auto(0)) == .mlann)
    #expect(Tuning.kind(count: 5100, dimension: 128, options: auto(1)) == .flat)
  }

  /// `auto` becomes the plugin's kind while vectors come, and is opened as such.
  @Test func autoSearchesByAPluginsKind() throws {
    var dice = Dice(31)
    _ = Self.kinds
    let vectors = dice.vectors(5200, 8)
    let index = try VectorIndex(dimension: 8, options: IndexOptions(kind: .auto, recall: 0.9999))
    try index.add(Array(vectors[..<4900]), keys: Array(0..<4900))
    #expect(index.kind == .flat8)
    try index.add(Array(vectors[4900...]), keys: Array(4900..<5200))
    #expect(index.kind == Self.kinds[2])
    let file = TemporaryFile()
    try index.save(to: file.path)
    let opened = try VectorIndex(path: file.path)
    #expect(opened.kind == Self.kinds[2] && opened.options.kind == .auto)
    let known = Dictionary(uniqueKeysWithValues: vectors.enumerated().map { (Int64($0), $1) })
    for index in [index, opened] {
      #expect(isExact(try index.search(vectors[77], nearest: 5), vectors[77], known, nearest: 5))
    }
  }

  @Test func anUnknownKindIsRefused() throws {
    let error = failure { () throws(FacenetError) in
      _ = try VectorIndex(dimension: 3, options: IndexOptions(kind: IndexKind(rawValue: "tree")))
    }
    #expect(error?.status == .invalidArgument && error?.message.contains("'tree'") == true)
  }
}
