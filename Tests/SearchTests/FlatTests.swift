import Core
import Search
import Testing

@Suite struct FlatTests {
  @Test(arguments: [1, 2, 3, 17, 128, 512]) func agreesWithDoublePrecision(dimension: Int) throws {
    for count in [0, 1, 2, 5, 6, 7, 15, 16, 17, 31, 32, 33, 61, 127, 211] {
      var dice = Dice(count * 1000 + dimension)
      let index = try VectorIndex(dimension: dimension, options: IndexOptions(kind: .flat))
      let keys = (0..<count).map { Int64($0 * 7 - 300) }
      let vectors = dice.vectors(count, dimension)
      try index.add(vectors, keys: keys)
      let known = Dictionary(uniqueKeysWithValues: zip(keys, vectors))
      let queries = dice.vectors(3, dimension) + vectors.prefix(1)
      for nearest in [1, 2, count, count + 1] where nearest > 0 {
        let together = try index.search(queries, nearest: nearest)
        for (query, found) in zip(queries, together) {
          #expect(isExact(found, query, known, nearest: nearest), "\(count) x \(dimension), nearest \(nearest)")
          #expect(try index.search(query, nearest: nearest) == found)
        }
      }
    }
  }

  /// Enough vectors for several threads' parts, and sets of keys on both sides of being compared one by one.
  @Test(arguments: [IndexKind.flat, .flat8]) func threadsAndFiltersChangeNothing(kind: IndexKind) throws {
    var dice = Dice(6)
    let (count, dimension) = (20_011, 9)
    let vectors = dice.vectors(count, dimension)
    let keys = (0..<Int64(count)).map { 5 * $0 }
    let queries = dice.vectors(5, dimension)
    let sets: [Set<Int64>?] = [nil, Set(keys.filter { $0 % 3 == 0 }), Set(keys.filter { $0 % 101 == 0 }), [10, 11]]
    var results: [[[Neighbour]]] = []
    for threads in [1, 3] {
      let index = try VectorIndex(dimension: dimension, options: IndexOptions(kind: kind, threads: threads))
      try index.add(vectors, keys: keys)
      for allowed in sets {
        let found = try index.search(queries, nearest: 20, allowed: allowed)
        let known = zip(keys, vectors).filter { allowed?.contains($0.0) ?? true }
        let candidates = Dictionary(uniqueKeysWithValues: known)
        for (query, neighbours) in zip(queries, found) {
          #expect(isExact(neighbours, query, candidates, nearest: 20))
          #expect(try index.search(query, nearest: 20, allowed: allowed) == neighbours)
        }
        results.append(found)
      }
    }
    #expect(Array(results[..<sets.count]) == Array(results[sets.count...]))
  }

  /// Vectors beyond what the codes were made for, come one by one, together, and in the place of others.
  @Test(arguments: [Float(0.001), 10, 1000], [1, 40, 280]) func flat8FindsVectorsUnlikeTheFirst(
    length: Float, together: Int
  ) throws {
    var dice = Dice(8)
    let dimension = 16
    let both = try [IndexKind.flat, .flat8].map { kind throws(FacenetError) in
      try VectorIndex(dimension: dimension, options: IndexOptions(kind: kind))
    }
    let directions = (0..<20).map { _ in dice.unitVector(dimension) }
    let queries = directions + directions.map { $0.map { $0 * length } }
    /// Near one of the queries.
    func vector(_ number: Int, _ length: Float) -> [Float] {
      zip(directions[number % 20], dice.unitVector(dimension)).map { ($0 + 0.5 * $1) * length }
    }
    func expectTheSame(_ indexes: [VectorIndex], allowed: Set<Int64>? = nil) throws {
      for nearest in [1, 10] {
        let found = try indexes.map { try $0.search(queries, nearest: nearest, allowed: allowed) }
        #expect(found[0] == found[1])
      }
    }
    func change(_ indexes: [VectorIndex], _ keys: [Int64], length: Float) throws {
      let vectors = keys.map { vector(Int($0), length) }
      for index in indexes { try index.replace(vectors, keys: keys) }
    }
    try change(both, Array(0..<400), length: 1)
    for start in stride(from: Int64(400), to: 680, by: together) {
      try change(both, Array(start..<start + Int64(together)), length: length)
      if together > 1 || start % 50 == 0 { try expectTheSame(both) }
    }
    try change(both, (0..<50).map { 7 * $0 }, length: length)
    for index in both { try index.remove((0..<50).map { 679 - 11 * $0 }) }
    try expectTheSame(both)
    try expectTheSame(both, allowed: Set((0..<680).filter { $0 % 3 == 0 }))
    let file = TemporaryFile()
    try both[1].save(to: file.path)
    let opened = [both[0], try VectorIndex(path: file.path)]
    try expectTheSame(opened)
    for index in opened { try index.remove((0..<100).map { 5 * $0 }) }
    try expectTheSame(opened)
  }
}
