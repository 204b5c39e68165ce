import Core
import Faces
import Search
import TestSupport
import Testing

@testable import Gallery

/// Candidates and verdicts beside a search that looks at everything.
@Suite struct RankingTests {
  private func vector(_ generator: inout some RandomNumberGenerator, _ metric: Metric) -> [Float] {
    let numbers = (0..<8).map { _ in Float.random(in: -1...1, using: &generator) }
    guard metric == .squaredL2OnUnitSphere else { return numbers }
    let length = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return numbers.map { $0 / length }
  }

  @Test(arguments: [Metric.squaredL2OnUnitSphere, .euclidean], [1, 2, 3, 7])
  func aPersonsDistanceIsTheMeanOfTheNearest(metric: Metric, nearest: Int) throws {
    try withFolder { folder in
      let model = try GalleryModel(name: "test", fingerprint: "01", dimension: 8, metric: metric, threshold: 1)
      let gallery = try Gallery(creating: folder + "/gallery.db", model: model)
      var generator = SeededGenerator(seed: UInt64(nearest))
      var templates: [Int64: [[Float]]] = [:]
      for person in 0..<40 {
        let own = (0...person % 6).map { _ in vector(&generator, metric) }
        templates[try gallery.enrol("Person \(person)", templates: own.map { Template($0) })] = own
      }
      for _ in 0..<20 {
        let probe = vector(&generator, metric)
        let expected = templates.mapValues { own in
          let near = own.map { template in
            let squared = zip(template, probe).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            return metric == .euclidean ? squared.squareRoot() : squared
          }.sorted().prefix(nearest)
          return near.reduce(0, +) / Float(near.count)
        }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        let options = IdentificationOptions(acceptance: .model, people: 6, templates: nearest)
        let found = try gallery.identify(probe, options: options)
        #expect(found.candidates.map(\.person.id) == expected.prefix(6).map(\.key))
        #expect(zip(found.candidates, expected).allSatisfy { abs($0.distance - $1.value) < 1e-4 })
        #expect((found.verdict == .unknown) == (expected[0].value > 1))
      }
    }
  }

  /// The most neighbours that are asked for until the best are settled, in a gallery where each person has so many
  /// templates along an axis of their own.
  private func mostAsked(counts: [Int], people: Int, templates: Int) throws -> Int {
    let index = try VectorIndex(dimension: 64, options: IndexOptions(kind: .flat))
    var owners: [Int64: Int64] = [:]
    for (person, count) in counts.enumerated() {
      for _ in 0..<count {
        let template = Int64(owners.count + 1)
        owners[template] = Int64(person + 1)
        try index.add([unit(person, dimension: 64)], keys: [template])
      }
    }
    var most = 0
    let ranking = Ranking(
      search: { probes, nearest, statistics throws(FacenetError) in
        most = max(most, nearest)
        return try index.search(probes, nearest: nearest, statistics: &statistics)
      }, owners: owners, total: { person in counts[Int(person) - 1] }, metric: .squaredL2OnUnitSphere, people: people,
      templates: templates)
    let ranked = try ranking.rank([unit(0, dimension: 64)])[0]
    let found = ranked.entries
    #expect(ranked.statistics.examined > 0 && ranked.statistics.examined % index.count == 0)
    #expect(found.count == min(people, counts.count) && found[0].person == 1 && found[0].distance == 0)
    return most
  }

  /// Who has fewer templates than are averaged cannot have more of them found.
  @Test func fewTemplatesAPersonNeedNoLongSearch() throws {
    let most = try mostAsked(counts: [Int](repeating: 1, count: 60), people: 2, templates: 10)
    #expect(most == 2 * 10 + 8)
    #expect(try mostAsked(counts: [5] + [Int](repeating: 1, count: 59), people: 2, templates: 10) == 2 * 10 + 8)
  }

  /// Where all templates of those who were found are all there are, nobody is left to be found.
  @Test func fewPeopleNeedNoLongSearch() throws {
    #expect(try mostAsked(counts: [6, 6], people: 5, templates: 3) == 5 * 3 + 8)
    // The nearest 13 are all the first person's.
    #expect(try mostAsked(counts: [40, 40], people: 5, templates: 1) == 4 * 13)
  }
}
