import Core
import Search
import Testing

/// What holds for every kind of index.
@Suite struct SemanticsTests {
  private func index(_ kind: IndexKind, _ dimension: Int) throws -> VectorIndex {
    try VectorIndex(dimension: dimension, options: IndexOptions(kind: kind))
  }

  @Test(arguments: IndexKind.builtIn) func anEmptyIndexFindsNothing(kind: IndexKind) throws {
    let index = try index(kind, 3)
    #expect(index.count == 0 && index.dimension == 3 && index.options.kind == kind)
    #expect(try index.search([1, 2, 3], nearest: 5) == [])
    #expect(!index.contains(1))
    #expect(try index.vector(of: 1) == nil)
    #expect(try index.remove([1, 2]) == 0)
  }

  @Test(arguments: IndexKind.builtIn) func whatWasAddedIsFoundAndWhatWasRemovedIsNot(kind: IndexKind) throws {
    let index = try index(kind, 2)
    try index.add([[1, 0], [0, 1], [-1, 0]], keys: [10, 20, 30])
    #expect(index.count == 3 && index.contains(20))
    #expect(try index.vector(of: 30) == [-1, 0])
    #expect(try index.search([1, 0], nearest: 2).map(\.key) == [10, 20])
    #expect(
      try index.search([1, 0], nearest: 9) == [
        Neighbour(key: 10, squaredDistance: 0), Neighbour(key: 20, squaredDistance: 2),
        Neighbour(key: 30, squaredDistance: 4),
      ])
    #expect(try index.remove([10, 77, 10]) == 1)
    #expect(try index.search([1, 0], nearest: 1).map(\.key) == [20])
    #expect(!index.contains(10) && index.count == 2)
    try index.replace([[0, -1], [1, 0]], keys: [20, 40])
    #expect(index.count == 3)
    #expect(try index.search([0, 1], nearest: 3).map(\.key) == [30, 40, 20])
  }

  @Test(arguments: IndexKind.builtIn) func equallyNearVectorsComeByKey(kind: IndexKind) throws {
    let index = try index(kind, 4)
    let keys: [Int64] = [9, -3, 7, .max, .min, 0, 5]
    try index.add(keys.map { _ in [1, 2, 3, 4] }, keys: keys)
    #expect(try index.search([1, 2, 3, 4], nearest: 4).map(\.key) == [.min, -3, 0, 5])
    #expect(try index.search([4, 3, 2, 1], nearest: 7).map(\.key) == keys.sorted())
  }

  @Test(arguments: IndexKind.builtIn) func onlyAllowedKeysAreFound(kind: IndexKind) throws {
    var dice = Dice(1)
    let index = try index(kind, 5)
    let vectors = dice.vectors(100, 5)
    try index.add(vectors, keys: Array(0..<100))
    for allowed: Set<Int64> in [[], [3], [5, 1000], Set(0..<50), Set(-5..<100)] {
      let there = allowed.filter { $0 >= 0 && $0 < 100 }
      let found = try index.search(vectors[7], nearest: 10, allowed: allowed)
      let candidates = Dictionary(uniqueKeysWithValues: there.map { ($0, vectors[Int($0)]) })
      #expect(isExact(found, vectors[7], candidates, nearest: 10))
    }
  }

  @Test(arguments: IndexKind.builtIn) func nothingIsAddedWhereOneIsRefused(kind: IndexKind) throws {
    let index = try index(kind, 2)
    try index.add([[1, 1]], keys: [1])
    let good: [Float] = [1, 0]
    for (bad, keys, words) in [
      ([good, [.nan, 1]], [2, 3], "vector 1 has the value nan in dimension 0"),
      ([[1, .infinity], good], [2, 3], "vector 0 has the value inf in dimension 1"),
      ([good, [0, -0]], [2, 3], "vector 1 is zero"),
      ([good, [1e-30, 0]], [2, 3], "the length of vector 1"),
      ([good, [1e30, 0]], [2, 3], "the length of vector 1"),
      ([good, [1]], [2, 3], "vector 1 has 1 numbers"),
      ([good, good], [2], "1 keys want 1 vectors"),
      ([good, good], [2, 2], "vector 1: the key 2 is given twice"),
      ([good, good], [2, 1], "vector 1: the index has the key 1 already"),
    ] as [([[Float]], [Int64], String)] {
      let error = failure { () throws(FacenetError) in try index.add(bad, keys: keys) }
      #expect(error?.status == .invalidArgument && error!.message.contains(words), "\(String(describing: error))")
      if keys != [2, 1] {
        #expect(failure { () throws(FacenetError) in try index.replace(bad, keys: keys) }?.status == .invalidArgument)
      }
    }
    #expect(index.count == 1 && !index.contains(2))
    #expect(
      failure { () throws(FacenetError) in _ = try index.search([[1, 1], [.nan, 0]], nearest: 1) }?.message
        == "query 1 has the value nan in dimension 0")
    #expect(
      failure { () throws(FacenetError) in _ = try index.search([1, 1], nearest: -1) }?.status == .invalidArgument)
    #expect(try index.search([1, 1], nearest: .max).count == 1)
    #expect(try index.search([1, 1], nearest: 0) == [])
    #expect(try index.search([[Float]](), nearest: 3) == [])
  }

  @Test func optionsOutOfRangeAreRefused() {
    for dimension in [0, -1, 65_537, .max, .min] {
      #expect(
        failure { () throws(FacenetError) in _ = try VectorIndex(dimension: dimension) }?.status == .invalidArgument)
    }
    for options in [
      IndexOptions(recall: 1.5), IndexOptions(recall: .nan), IndexOptions(threads: -1), IndexOptions(threads: 5000),
      IndexOptions(pivots: -1), IndexOptions(examined: .max), IndexOptions(partitions: -3),
      IndexOptions(acceptance: -1),
    ] {
      #expect(
        failure { () throws(FacenetError) in _ = try VectorIndex(dimension: 4, options: options) }?.status
          == .invalidArgument)
    }
  }

  @Test(arguments: IndexKind.builtIn) func whatWasSavedIsThereAfterOpening(kind: IndexKind) throws {
    var dice = Dice(2)
    let index = try index(kind, 17)
    let vectors = dice.vectors(301, 17)
    try index.add(vectors, keys: (0..<301).map { $0 * $0 })
    _ = try index.remove([4, 9, 90_000])
    let file = TemporaryFile()
    try index.save(to: file.path)
    let opened = try VectorIndex(path: file.path)
    try opened.check()
    #expect(opened.count == 298 && opened.dimension == 17 && opened.options.kind == kind)
    #expect(try opened.vector(of: 25) == vectors[5])
    let queries = dice.vectors(9, 17)
    #expect(try opened.search(queries, nearest: 7) == index.search(queries, nearest: 7))
    try opened.add([vectors[2]], keys: [4])
    #expect(try opened.search(vectors[2], nearest: 1).map(\.key) == [4])
    try opened.save(to: file.path)
    #expect(try VectorIndex(path: file.path).count == 299)
  }
}

@Suite struct LengthTests {
  /// What an index finds has nothing to do with the unit of its vectors; lengths with which it would are refused.
  @Test(arguments: [IndexKind.flat, .flat8, .mlann, .auto]) func theUnitDoesNotMatter(kind: IndexKind) throws {
    var dice = Dice(23)
    let vectors = (0..<1500).map { _ in dice.unitVector(32) }
    let queries = (0..<60).map { place in zip(vectors[place], dice.unitVector(32)).map { $0 + 0.4 * $1 } }
    func found(_ unit: Float) throws -> [[Int64]] {
      let index = try VectorIndex(dimension: 32, options: IndexOptions(kind: kind, recall: 0.95))
      try index.add(vectors.map { $0.map { unit * $0 } }, keys: Array(0..<1500))
      return try index.search(queries.map { $0.map { unit * $0 } }, nearest: 10).map { $0.map(\.key) }
    }
    let expected = try found(1)
    for unit in [0x1p-19, 0x1p19] as [Float] { #expect(try found(unit) == expected) }
    for unit in [0x1p-21, 0x1p21] as [Float] {
      #expect { try found(unit) } throws: { "\($0)".contains("the length of vector 0 lies outside 1e-6 to 1e6") }
      let index = try VectorIndex(dimension: 32, options: IndexOptions(kind: kind))
      #expect { try index.search(queries[0].map { unit * $0 }, nearest: 1) } throws: {
        "\($0)".contains("the length of query 0 lies outside")
      }
    }
  }

  /// Lengths from 1e-6 to 1e6 in one index: what is known of likelihoods there is little, but whatever may be found is there.
  @Test(arguments: PivotChoice.allCases, Likelihood.allCases)
  func asManyAreFoundAsAreWanted(choice: PivotChoice, likelihood: Likelihood) throws {
    var dice = Dice(17)
    for lengths in [[9e5], [2e-6], [2e-6, 1e-3, 1, 1e3, 9e5], [1, 9e5]] as [[Float]] {
      let vectors = (0..<600).map { index in dice.unitVector(16).map { $0 * lengths[index % lengths.count] } }
      // Twice the same direction, so that the noise is small beside the lengths.
      let twins = vectors.enumerated().map { $0.offset % 2 == 0 ? $0.element : vectors[$0.offset - $0.offset % 2] }
      for (vectors, partitions) in [(vectors, 1), (vectors, 9), (twins, 9)] {
        let index = try VectorIndex(
          dimension: 16,
          options: IndexOptions(
            kind: .mlann, pivots: 6, examined: 3, partitions: partitions, probed: 1, pivotChoice: choice,
            likelihood: likelihood))
        try index.add(vectors, keys: Array(0..<600))
        let queries = [vectors[0], vectors[4], dice.unitVector(16)]
        for allowed in [nil, Set((0..<300).map { Int64(2 * $0) })] {
          for nearest in [1, 5, 300] {
            let found = try index.search(queries, nearest: nearest, allowed: allowed)
            #expect(
              found.allSatisfy { $0.count == nearest }, "\(lengths), \(partitions) partitions: \(found.map(\.count))")
          }
        }
      }
    }
  }
}
