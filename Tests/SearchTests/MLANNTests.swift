import Core
import Testing

@testable import Search

@Suite struct MLANNTests {
  /// All partitions, all vectors compared: nothing is left to the likelihood.
  private static let exhaustive = 1 << 20

  @Test(arguments: [(255, 4), (256, 1), (300, 7), (513, 33), (1000, 128)])
  func allExaminedIsExact(count: Int, dimension: Int) throws {
    let people = People(count, dimension, probes: 5, seed: count)
    let flat = try people.index(IndexOptions(kind: .flat))
    for partitions in [1, 3, 17] {
      for likelihood in Likelihood.allCases {
        for choice in PivotChoice.allCases where choice != .every {
          let index = try people.index(
            IndexOptions(
              kind: .mlann, pivots: 5, examined: count, partitions: partitions, probed: Self.exhaustive,
              pivotChoice: choice, likelihood: likelihood))
          #expect(try index.search(people.probes, nearest: 9) == flat.search(people.probes, nearest: 9))
        }
      }
    }
  }

  @Test(arguments: [(1000, 64), (6000, 64), (40_000, 32)])
  func keepsItsPromise(count: Int, dimension: Int) throws {
    let people = People(count, dimension, probes: 400, seed: 7)
    let exact = try people.index(IndexOptions(kind: .flat)).search(people.probes, nearest: 1)
    for kind in [IndexKind.mlann, .auto] {
      let found = try people.index(IndexOptions(kind: kind)).search(people.probes, nearest: 1)
      let hits = zip(exact, found).count { $0 == $1 }
      #expect(hits >= 396, "\(kind): \(hits) of 400")
    }
  }

  /// More is compared for a higher recall, and all where no measurement reaches it.
  @Test(arguments: [1000, 9000]) func aHigherRecallComparesMore(count: Int) throws {
    let people = People(count, 64, probes: 400, seed: 5)
    let queries = people.probes.flatMap { $0 }
    let exact = try people.index(IndexOptions(kind: .flat)).search(people.probes, nearest: 1)
    for kind in [IndexKind.mlann, .auto] {
      var work = [0]
      for recall: Float in [0.5, 0.95, 0.99, 0.999, 1] {
        let index = try people.index(IndexOptions(kind: kind, recall: recall))
        var statistics: [SearchStatistics] = []
        let found = try queries.withUnsafeBufferPointer { queries throws(FacenetError) in
          try index.search(queries, nearest: 1, statistics: &statistics)
        }
        let hits = zip(exact, found).count { $0 == $1 }
        #expect(Float(hits) >= (recall * 400).rounded(.down), "\(kind), recall \(recall): \(hits) of 400")
        work.append(statistics[0].examined * 10 + statistics[0].judged)
        #expect(work[work.count - 1] > work[work.count - 2], "\(kind), recall \(recall)")
      }
      #expect(work.last == 10 * count)
      #expect(try people.index(IndexOptions(kind: kind, recall: 1)).search(people.probes, nearest: 1) == exact)
    }
  }

  @Test func theTableIsInOrder() throws {
    let rows = Tuning.rows
    for (row, next) in zip(rows, rows.dropFirst()) {
      #expect((row.count, row.recall) < (next.count, next.recall))
    }
    #expect(rows.allSatisfy { $0.probed <= $0.partitions && $0.examined > 0 && $0.pivots == 32 })
    let auto = { IndexOptions(kind: .auto, recall: $0) }
    #expect(Tuning.kind(count: 5000, dimension: 128, options: auto(0.99999)) == .flat8)
    #expect(Tuning.kind(count: 5000, dimension: 128, options: auto(1)) == .flat)
    #expect(Tuning.kind(count: 5000, dimension: 128, options: auto(0)) == .mlann)
    #expect(Tuning.row(count: 1 << 24, recall: 0.9)?.count == rows.last?.count)
    #expect(Tuning.row(count: 1, recall: 0.2)?.recall == 0.9)
  }

  /// The partitions stay as they were learnt, though so few vectors would have been given fewer.
  @Test func keepsItsPromiseWhenMostAreRemoved() throws {
    let people = People(20_000, 32, probes: 400, seed: 11)
    let left = 2500
    let probes = Array(people.probes.prefix(400 * left / 20_000))
    let (index, flat) = (
      try people.index(IndexOptions(kind: .mlann)), try people.index(IndexOptions(kind: .flat))
    )
    for changed in [index, flat] { try changed.remove((left..<20_000).map { 3 * Int64($0) }) }
    let hits = zip(try flat.search(probes, nearest: 1), try index.search(probes, nearest: 1)).count { $0 == $1 }
    #expect(hits >= probes.count - 1, "\(hits) of \(probes.count)")
  }

  /// Vectors in pairs of opposites have their middle at zero, and the query has no part in any direction they differ in.
  @Test(arguments: [PivotChoice.principal, .farthestFirst, .random], Likelihood.allCases)
  func aQueryThatNoPivotSeesIsAnswered(choice: PivotChoice, likelihood: Likelihood) throws {
    var axes = [[Float]](repeating: [Float](repeating: 0, count: 16), count: 512)
    for i in axes.indices { axes[i][i % 8] = i / 8 % 2 == 0 ? 1 : -1 }
    let index = try VectorIndex(
      dimension: 16, options: IndexOptions(kind: .mlann, pivots: 8, pivotChoice: choice, likelihood: likelihood))
    try index.add(axes, keys: Array(0..<512))
    var query = [Float](repeating: 0, count: 16)
    query[12] = 1
    #expect(try index.search(query, nearest: 3).map(\.squaredDistance) == [2, 2, 2])
  }

  @Test(arguments: PivotChoice.allCases.filter { $0 != .every }, Likelihood.allCases)
  func fewPivotsFindMost(choice: PivotChoice, likelihood: Likelihood) throws {
    let people = People(2000, 64, probes: 200, seed: 3)
    let exact = try people.index(IndexOptions(kind: .flat)).search(people.probes, nearest: 1)
    let found = try people.index(
      IndexOptions(
        kind: .mlann, pivots: 16, examined: 100, partitions: 1, pivotChoice: choice, likelihood: likelihood)
    ).search(people.probes, nearest: 1)
    #expect(zip(exact, found).count { $0 == $1 } >= 180)
  }

  /// Any sequence of changes, opened from a file in between, gives what comparing everything gives.
  @Test(arguments: 0..<5) func changesLikeFlat(seed: Int) throws {
    var dice = Dice(seed)
    let options = IndexOptions(
      kind: seed % 2 == 0 ? .mlann : .auto, pivots: 6, examined: Self.exhaustive, partitions: [1, 5, 1][seed / 2],
      probed: Self.exhaustive, pivotChoice: seed == 4 ? .every : .principal)
    var index = try VectorIndex(dimension: 12, options: options)
    let flat = try VectorIndex(dimension: 12, options: IndexOptions(kind: .flat))
    let file = TemporaryFile()
    for step in 0..<60 {
      let keys = Set((0..<dice.next(below: 120)).map { _ in Int64(dice.next(below: 1500)) })
      if dice.next(below: 4) == 0 {
        #expect(try index.remove(Array(keys)) == flat.remove(Array(keys)))
      } else {
        let vectors = dice.vectors(keys.count, 12)
        try index.replace(vectors, keys: Array(keys))
        try flat.replace(vectors, keys: Array(keys))
      }
      let queries = dice.vectors(3, 12)
      #expect(try index.search(queries, nearest: 7) == flat.search(queries, nearest: 7))
      let allowed = Set((0..<600).map { _ in Int64(dice.next(below: 1500)) })
      #expect(
        try index.search(queries, nearest: 7, allowed: allowed) == flat.search(queries, nearest: 7, allowed: allowed))
      if step % 9 == 8 {
        try index.save(to: file.path)
        index = try VectorIndex(path: file.path)
        try index.check()
        #expect(try index.search(queries, nearest: 7) == flat.search(queries, nearest: 7))
      }
    }
  }

  @Test func sameSeedSameResults() throws {
    let people = People(3000, 32, probes: 50, seed: 1)
    let options = { (threads: Int) in
      IndexOptions(kind: .mlann, seed: 5, threads: threads, pivots: 8, examined: 10, partitions: 20, probed: 3)
    }
    let results = try [1, 1, 3].map { try people.index(options($0)).search(people.probes, nearest: 3) }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  @Test func findsEnoughWhateverIsAllowed() throws {
    let people = People(3000, 32, probes: 5, seed: 2)
    let index = try people.index(IndexOptions(kind: .mlann, pivots: 8, examined: 4, partitions: 30, probed: 1))
    let allowed = Set((0..<400).map { Int64(3 * $0) })
    for found in try index.search(people.probes, nearest: 350, allowed: allowed) {
      #expect(found.count == 350 && found.allSatisfy { allowed.contains($0.key) })
    }
  }

  @Test func stopsAtAMatch() throws {
    let people = People(2000, 32, probes: 40, seed: 9)
    let index = try people.index(
      IndexOptions(kind: .mlann, pivots: 8, examined: 500, partitions: 1, acceptance: 1.5))
    let exact = try people.index(IndexOptions(kind: .flat)).search(people.probes, nearest: 1)
    let found = try index.search(people.probes, nearest: 1)
    #expect(found.allSatisfy { $0[0].squaredDistance < 1.5 })
    #expect(found != exact, "whoever stops at the first match does not always find the nearest")
  }
}
