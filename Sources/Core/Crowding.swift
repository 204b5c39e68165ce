import Glibc
import Synchronization

/// Notices that other programs want the processors: a worker is then kept from running in the middle of a region, and whoever
/// opened it waits for as long as the system's scheduler lets the others run. Fewer workers are better for a while. Any
/// thread.
final class Crowding: Sendable {
  typealias Nanoseconds = UInt64

  /// Less is an interrupt, not another program's turn.
  private static let longAbsence: Nanoseconds = 200_000
  private static let firstPause: Nanoseconds = 20_000_000
  private static let longestPause: Nanoseconds = 200_000_000

  private let pausedUntil = Atomic<Nanoseconds>(0)
  private let pause = Atomic<Nanoseconds>(0)
  private let absent = Atomic<Int>(0)

  /// How many workers less than wanted should take part in a region that starts now.
  func missing(at now: Nanoseconds) -> Int {
    now < pausedUntil.load(ordering: .relaxed) ? absent.load(ordering: .relaxed) : 0
  }

  /// Hears of a worker that took part in a region until `now`, for how long, and how long of that it ran. One that was kept
  /// from running for long, and a quarter of its time, causes a pause; further ones in the pause leave more workers out.
  /// Pauses double when the last one is not long over.
  func judge(stayed: Nanoseconds, ran: Nanoseconds, now: Nanoseconds) {
    let absence = stayed - min(ran, stayed)
    guard absence > max(Self.longAbsence, stayed / 4) else { return }
    let end = pausedUntil.load(ordering: .relaxed)
    if now < end {
      absent.wrappingAdd(1, ordering: .relaxed)
      return
    }
    let isAgain = now < end + Self.longestPause
    let last = pause.load(ordering: .relaxed)
    let next = isAgain ? min(max(2 * last, Self.firstPause), Self.longestPause) : Self.firstPause
    absent.store(1, ordering: .relaxed)
    pause.store(next, ordering: .relaxed)
    pausedUntil.store(now + next, ordering: .relaxed)
  }
}

extension Crowding {
  /// Time by the clock, and of the calling thread on a processor.
  static func now() -> Nanoseconds { time(CLOCK_MONOTONIC) }
  static func threadTime() -> Nanoseconds { time(CLOCK_THREAD_CPUTIME_ID) }

  private static func time(_ clock: clockid_t) -> Nanoseconds {
    var time = timespec()
    clock_gettime(clock, &time)
    return Nanoseconds(time.tv_sec) * 1_000_000_000 + Nanoseconds(time.tv_nsec)
  }
}
