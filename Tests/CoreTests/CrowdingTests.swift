import Testing

@testable import Core

@Suite struct CrowdingTests {
  private let crowding = Crowding()
  private let millisecond: Crowding.Nanoseconds = 1_000_000

  /// A worker that was there for five milliseconds.
  private func stay(absent: Crowding.Nanoseconds, at now: Crowding.Nanoseconds) {
    crowding.judge(stayed: 5 * millisecond, ran: 5 * millisecond - absent, now: now)
  }

  @Test func shortAbsencesCauseNoPause() {
    stay(absent: 0, at: 1000 * millisecond)
    stay(absent: millisecond, at: 1001 * millisecond)
    // Clocks that disagree.
    crowding.judge(stayed: millisecond, ran: 2 * millisecond, now: 1002 * millisecond)
    #expect(crowding.missing(at: 1002 * millisecond) == 0)
  }

  @Test func aLongAbsenceCausesAPause() {
    stay(absent: 3 * millisecond, at: 1000 * millisecond)
    #expect(crowding.missing(at: 1001 * millisecond) == 1)
    stay(absent: 3 * millisecond, at: 1002 * millisecond)
    #expect(crowding.missing(at: 1019 * millisecond) == 2)
    #expect(crowding.missing(at: 1020 * millisecond) == 0)
    stay(absent: 3 * millisecond, at: 1021 * millisecond)
    #expect(crowding.missing(at: 1022 * millisecond) == 1)
  }

  @Test func pausesDoubleUpToALimitAndStartAnew() {
    var now = 1000 * millisecond
    for length in [20, 40, 80, 160, 200, 200] as [Crowding.Nanoseconds] {
      stay(absent: 3 * millisecond, at: now)
      #expect(crowding.missing(at: now + (length - 1) * millisecond) == 1)
      now += length * millisecond
      #expect(crowding.missing(at: now) == 0)
    }
    now += 201 * millisecond
    stay(absent: 3 * millisecond, at: now)
    #expect(crowding.missing(at: now + 20 * millisecond) == 0)
  }
}
