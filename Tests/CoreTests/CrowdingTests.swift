import Testing

@testable import Core

/// Times in nanoseconds: a region of a millisecond, waits that are and are not for work.
@Suite struct CrowdingTests {
  private let crowding = Crowding()
  private let millisecond: Crowding.Nanoseconds = 1_000_000

  private func wait(_ waited: Crowding.Nanoseconds, at now: Crowding.Nanoseconds) {
    crowding.judge(worked: millisecond, waited: waited, now: now)
  }

  @Test func waitsForWorkCauseNoPause() {
    wait(0, at: 1000 * millisecond)
    wait(2 * millisecond, at: 1001 * millisecond)
    #expect(!crowding.isPausing(at: 1001 * millisecond))
  }

  @Test func aLongWaitCausesAPause() {
    wait(4 * millisecond, at: 1000 * millisecond)
    #expect(crowding.isPausing(at: 1001 * millisecond))
    #expect(crowding.isPausing(at: 1019 * millisecond))
    #expect(!crowding.isPausing(at: 1020 * millisecond))
  }

  @Test func pausesDoubleUpToALimitAndStartAnew() {
    var now = 1000 * millisecond
    for length in [20, 40, 80, 160, 200, 200] as [Crowding.Nanoseconds] {
      wait(4 * millisecond, at: now)
      #expect(crowding.isPausing(at: now + (length - 1) * millisecond))
      now += length * millisecond
      #expect(!crowding.isPausing(at: now))
    }
    now += 201 * millisecond
    wait(4 * millisecond, at: now)
    #expect(!crowding.isPausing(at: now + 20 * millisecond))
  }
}
