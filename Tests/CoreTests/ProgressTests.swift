import Foundation
import Testing

@testable import Core

@Suite struct ProgressTests {
  /// What a watcher was told, and from which report on it wants a stop.
  private final class Told {
    var fractions: [Double] = []
    var stopAt = Int.max
    var error: FacenetError?

    func report(_ fraction: Double) -> Bool {
      fractions.append(fraction)
      return fractions.count < stopAt
    }
  }

  private let told = Told()

  private func work(_ steps: Int) throws(FacenetError) {
    for step in 0..<steps { try Progress.reached(Double(step) / Double(steps)) }
  }

  @Test func tellsFromTheFirstToOne() throws {
    let result = try Progress.watch(told.report) { () throws(FacenetError) -> String in
      try work(4)
      return "done"
    }
    #expect(result == "done")
    #expect(told.fractions == [0, 0.25, 0.5, 0.75, 1])
  }

  @Test func tellsOneOfWorkThatSaysNothing() {
    Progress.watch(told.report) {}
    #expect(told.fractions == [1])
  }

  @Test func manySmallStepsAreNotAllTold() throws {
    try Progress.watch(told.report) { () throws(FacenetError) in try work(100_000) }
    #expect(told.fractions.count >= 100 && told.fractions.count < 1000)
    #expect(told.fractions == told.fractions.sorted())
  }

  @Test func workThatStandsStillIsToldOfFromTimeToTime() throws {
    try Progress.watch(told.report) { () throws(FacenetError) in
      while told.fractions.count < 3 { try Progress.reached(0) }
    }
    #expect(told.fractions == [0, 0, 0, 1])
  }

  @Test func partsAddUp() throws {
    try Progress.watch(told.report) { () throws(FacenetError) in
      try Progress.part(from: 0, to: 0.5) { () throws(FacenetError) in try work(2) }
      for index in 0..<2 {
        try Progress.part(from: 0.5, to: 1) { () throws(FacenetError) in
          try Progress.part(index, of: 2) { () throws(FacenetError) in try work(2) }
        }
      }
    }
    #expect(told.fractions == [0, 0.25, 0.5, 0.625, 0.75, 0.875, 1])
  }

  @Test func neverGoesBackNorOutOfItsRange() throws {
    try Progress.watch(told.report) { () throws(FacenetError) in
      for fraction in [0.5, 0.2, -3, 7, 0.1, .nan, .infinity, -.infinity] { try Progress.reached(fraction) }
      try work(3)
    }
    #expect(told.fractions == [0.5, 0.99, 1])
  }

  @Test(arguments: [1, 3]) func stopsAndStaysStopped(at report: Int) {
    told.stopAt = report
    let stopped = FacenetError(.cancelled, "the caller's progress function stopped it")
    #expect(throws: stopped) {
      try Progress.watch(told.report) { () throws(FacenetError) in
        do throws(FacenetError) { try work(10) } catch { told.error = error }
        try work(10)
      }
    }
    #expect(told.error == stopped && told.fractions.count == report)
  }

  @Test func aStopAtTheEndIsTooLate() throws {
    told.stopAt = 1
    #expect(Progress.watch(told.report) { 5 } == 5)
    #expect(told.fractions == [1])
  }

  @Test func failuresPassWithoutOne() {
    #expect(throws: FacenetError.self) {
      try Progress.watch(told.report) { () throws(FacenetError) in
        try work(2)
        throw FacenetError(.corrupt, "it is")
      }
    }
    #expect(told.fractions == [0, 0.5])
    #expect(throws: Never.self) { try work(3) }
    #expect(told.fractions.count == 2)
  }

  @Test func whatTheWatcherDoesIsNotToldOf() throws {
    let report = { (fraction: Double) -> Bool in
      try? work(10)
      return told.report(fraction)
    }
    try Progress.watch(report) { () throws(FacenetError) in try work(2) }
    #expect(told.fractions == [0, 0.5, 1])
  }

  @Test func watchesNest() throws {
    let inner = Told()
    try Progress.watch(told.report) { () throws(FacenetError) in
      try Progress.watch(inner.report) { () throws(FacenetError) in try work(2) }
      try work(4)
    }
    #expect(inner.fractions == [0, 0.5, 1])
    #expect(told.fractions == [0, 0.25, 0.5, 0.75, 1])
  }

  @Test func otherThreadsAreNotToldOf() throws {
    try Progress.watch(told.report) { () throws(FacenetError) in
      let thread = DispatchGroup()
      DispatchQueue.global().async(group: thread) {
        for step in 0..<10 { try? Progress.reached(Double(step) / 10) }
      }
      thread.wait()
      try work(1)
    }
    #expect(told.fractions == [0, 1])
  }
}
