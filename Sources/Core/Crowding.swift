import Glibc
import Synchronization

/// Notices that other programs want the processors: a thread then waits for a worker that does not get to run, for as long as
/// the system's scheduler lets the others run. Work is better done alone for a while. Any thread.
final class Crowding: Sendable {
  typealias Nanoseconds = UInt64

  /// A wait that is no task's length but another program's turn.
  private static let longWait: Nanoseconds = 200_000
  private static let firstPause: Nanoseconds = 20_000_000
  private static let longestPause: Nanoseconds = 200_000_000

  private let pausedUntil = Atomic<Nanoseconds>(0)
  private let pause = Atomic<Nanoseconds>(0)

  static func now() -> Nanoseconds {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Nanoseconds(time.tv_sec) * 1_000_000_000 + Nanoseconds(time.tv_nsec)
  }

  /// Whether work is to be done alone.
  func isPausing(at now: Nanoseconds) -> Bool { now < pausedUntil.load(ordering: .relaxed) }

  /// Judges a region that has just ended: how long the caller worked in it and then waited for others. The caller's last
  /// task is about as long as anybody's, so a much longer wait is not for work. Pauses double when the last one is not long
  /// over.
  func judge(worked: Nanoseconds, waited: Nanoseconds, now: Nanoseconds) {
    guard waited > 2 * worked + Self.longWait else { return }
    let last = pause.load(ordering: .relaxed)
    let isAgain = now < pausedUntil.load(ordering: .relaxed) + Self.longestPause
    let next = isAgain ? min(max(2 * last, Self.firstPause), Self.longestPause) : Self.firstPause
    pause.store(next, ordering: .relaxed)
    pausedUntil.store(now + next, ordering: .relaxed)
  }
}
