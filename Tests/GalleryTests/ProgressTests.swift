import Core
import Testing

@testable import Gallery

/// Long work on a gallery tells how far it is, and can be stopped.
@Suite struct ProgressTests {
  /// What is told while `body` works, and what it throws; stopped at the `stop`-th telling.
  private func told(stop: Int = .max, _ body: () throws(FacenetError) -> Void) -> (fractions: [Double], error: Status?)
  {
    let fractions = Lock<[Double]>([])
    do throws(FacenetError) {
      try Progress.watch { fraction in
        fractions.withLock { told in
          told.append(fraction)
          return told.count < stop
        }
      } _: { () throws(FacenetError) in
        try body()
      }
      return (fractions.withLock { $0 }, nil)
    } catch { return (fractions.withLock { $0 }, error.status) }
  }

  private func withPeople(_ body: (Gallery) throws -> Void) throws {
    try withGallery { gallery in
      let rows = try (0..<40_000).flatMap { (row: Int) throws in
        let angle = Float(row) / 40_000
        return [angle, (1 - angle * angle).squareRoot()] + [Float](repeating: 0, count: 6)
      }
      try rows.withUnsafeBufferPointer { rows throws(FacenetError) in
        _ = try gallery.enrol(rows, keys: (0..<40_000).map { "Person \($0 % 100)" })
      }
      try body(gallery)
    }
  }

  @Test func aCheckTellsHowFarItIs() throws {
    try withPeople { gallery in
      let (fractions, error) = told { () throws(FacenetError) in _ = try gallery.check() }
      #expect(error == nil && fractions.count > 50 && fractions == fractions.sorted() && fractions.last == 1)
      for stop in [1, 2, 40] {
        #expect(told(stop: stop) { () throws(FacenetError) in _ = try gallery.check() }.error == .cancelled)
      }
      let faults = try gallery.check()
      #expect(faults == [])
    }
  }

  @Test func compactingTellsHowFarItIs() throws {
    try withPeople { gallery in
      try gallery.remove(people: try gallery.people().prefix(50).map(\.id))
      let before = try gallery.statistics()
      #expect(told(stop: 1) { () throws(FacenetError) in try gallery.compact() }.error == .cancelled)
      #expect(try gallery.statistics() == before)
      let (fractions, error) = told { () throws(FacenetError) in try gallery.compact() }
      #expect(error == nil && fractions.count > 3 && fractions == fractions.sorted() && fractions.last == 1)
      for stop in [2, 3] {
        #expect(told(stop: stop) { () throws(FacenetError) in try gallery.compact() }.error == .cancelled)
      }
      #expect(try gallery.statistics().bytes < before.bytes && gallery.check() == [])
      #expect(try gallery.count() == (50, 20_000))
    }
  }
}
