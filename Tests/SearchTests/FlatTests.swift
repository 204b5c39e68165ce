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
}
