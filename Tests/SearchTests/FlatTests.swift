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
}
