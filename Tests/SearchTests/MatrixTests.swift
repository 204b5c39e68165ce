import Core
import Glibc
import Testing

@testable import Search

@Suite struct MatrixTests {
  private static func options(_ likelihood: Likelihood, examined: Int, acceptance: Float? = nil) -> IndexOptions {
    IndexOptions(
      kind: .mlann, examined: examined, pivotChoice: .every, likelihood: likelihood, acceptance: acceptance)
  }

  @Test(arguments: Likelihood.allCases, [1, 2, 61, 300]) func allExaminedIsExact(likelihood: Likelihood, count: Int)
    throws
  {
    let people = People(count, 24, probes: min(count, 5), seed: count)
    let exact = try people.index(IndexOptions(kind: .flat)).search(people.probes, nearest: 9)
    let index = try people.index(Self.options(likelihood, examined: count))
    #expect(try index.search(people.probes, nearest: 9) == exact)
    let allowed = Set(stride(from: Int64(0), to: 3 * Int64(count), by: 6))
    #expect(
      try index.search(people.probes, nearest: 4, allowed: allowed)
        == people.index(IndexOptions(kind: .flat)).search(people.probes, nearest: 4, allowed: allowed))
  }

  /// The vectors examined are those that the rule of the paper, written down in double precision, comes to.
  @Test(arguments: Likelihood.allCases) func examinesByTheRule(likelihood: Likelihood) throws {
    let people = People(120, 16, probes: 6, seed: 4)
    let table = people.gallery.map { a in people.gallery.map { exactDistance(a, $0) } }
    let nearest = (0..<64).map { probe -> Double in
      let row = probe * 120 / 64
      return table[row].indices.filter { $0 != row }.map { table[row][$0] }.min()!
    }
    let noise = nearest.sorted()[32] / 16
    for probe in people.probes {
      var phi = [Double](repeating: 0, count: 120)
      var examined: [Int] = []
      for _ in 0..<30 {
        let next = phi.indices.filter { !examined.contains($0) }.min { phi[$0] < phi[$1] }!
        examined.append(next)
        let distance = exactDistance(probe, people.gallery[next])
        for other in phi.indices {
          let (expected, error) = (table[next][other], distance - table[next][other])
          let variance = 4 * noise * expected + 32 * noise * noise
          phi[other] += likelihood == .equalVariance ? error * error : error * error / variance + log(variance)
        }
      }
      for count in [1, 7, 30] {
        let index = try people.index(Self.options(likelihood, examined: count))
        let found = try index.search(probe, nearest: count)
        #expect(Set(found.map { Int($0.key) / 3 }) == Set(examined.prefix(count)))
      }
    }
  }

  @Test func refusesTooMany() throws {
    let index = try VectorIndex(dimension: 2, options: Self.options(.equalVariance, examined: 1))
    let vectors = [Float](repeating: 1, count: 2 * (MatrixMethod.largestCount + 1))
    let error = failure { () throws(FacenetError) in
      try vectors.withUnsafeBufferPointer { buffer throws(FacenetError) in
        try index.add(buffer, keys: Array(0...Int64(MatrixMethod.largestCount)))
      }
    }
    #expect(error?.status == .tooLarge && error?.message.contains("8192") == true)
    #expect(index.count == 0)
    #expect(
      failure { () throws(FacenetError) in
        _ = try VectorIndex(dimension: 2, options: IndexOptions(kind: .auto, pivotChoice: .every))
      }?.status == .invalidArgument)
  }

  /// Examining a tenth finds nearly all; by chance it would be a tenth.
  @Test func fewDistancesFindMost() throws {
    let people = People(1000, 64, probes: 100, seed: 3)
    let exact = try people.index(IndexOptions(kind: .flat)).search(people.probes, nearest: 1)
    let found = try people.index(Self.options(.equalVariance, examined: 100)).search(people.probes, nearest: 1)
    #expect(zip(exact, found).count { $0 == $1 } >= 90)
  }
}

@Suite struct StatisticsTests {
  private static func statistics(_ options: IndexOptions, _ people: People, allowed: Set<Int64>? = nil) throws
    -> [SearchStatistics]
  {
    let index = try people.index(options)
    let numbers = people.probes.flatMap { $0 }
    var statistics: [SearchStatistics] = []
    _ = try numbers.withUnsafeBufferPointer {
      try index.search($0, nearest: 3, allowed: allowed, statistics: &statistics)
    }
    return statistics
  }

  @Test func countsWhatWasLookedAt() throws {
    let people = People(2000, 32, probes: 40, seed: 9)
    let flat = try Self.statistics(IndexOptions(kind: .flat), people)
    #expect(flat.count == 40 && flat.allSatisfy { $0.examined == 2000 && $0.judged == 0 })
    let few = try Self.statistics(IndexOptions(kind: .flat), people, allowed: Set((0..<100).map { 3 * $0 }))
    #expect(few.allSatisfy { $0.examined == 100 })
    let coded = try Self.statistics(IndexOptions(kind: .flat8), people)
    #expect(coded.allSatisfy { $0.judged == 2000 && (3..<500).contains($0.examined) })
    let whole = try Self.statistics(IndexOptions(kind: .mlann, pivots: 8, examined: 50, partitions: 1), people)
    #expect(whole.allSatisfy { (50..<60).contains($0.examined) && $0.judged == 2000 })
    let parts = IndexOptions(kind: .mlann, pivots: 8, examined: 50, partitions: 16, probed: 8)
    #expect(try Self.statistics(parts, people).allSatisfy { $0.judged < 1800 })
    let all = IndexOptions(kind: .mlann, pivots: 8, examined: 50, partitions: 16, probed: 16)
    for form in [Likelihood.equalVariance, .distanceProportional] {
      var options = all
      options.likelihood = form
      #expect(try Self.statistics(options, people).allSatisfy { $0.judged == 2000 })
    }
    let every = try Self.statistics(IndexOptions(kind: .mlann, examined: 70, pivotChoice: .every), people)
    #expect(every.allSatisfy { $0 == every[0] && $0.examined == 70 })
  }

  /// A match that is met early saves the rest of the work.
  @Test func acceptanceStopsTheWork() throws {
    let people = People(4000, 32, probes: 40, seed: 9)
    for choice in [PivotChoice.principal, .every] {
      var options = IndexOptions(kind: .mlann, pivots: 8, examined: 200, partitions: 32, probed: 32)
      options.pivotChoice = choice
      let without = try Self.statistics(options, people)
      options.acceptance = 1.5
      let with = try Self.statistics(options, people)
      #expect(with.reduce(0) { $0 + $1.examined } < without.reduce(0) { $0 + $1.examined } / 4)
      if choice == .every { continue }
      #expect(with.reduce(0) { $0 + $1.judged } < without.reduce(0) { $0 + $1.judged } / 4)
    }
  }
}
