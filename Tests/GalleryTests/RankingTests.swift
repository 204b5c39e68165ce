import Core
import Faces
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
}
