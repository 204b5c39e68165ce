import Glibc
import Synchronization

/// The person has had enough: the program was sent an interrupt, a hang-up or a request to end.
struct Interrupted: Error {
  let signal: Int32
}

/// The signal that has arrived, or 0.
private let received = Atomic<Int32>(0)

/// Signals that ask the program to end are remembered here; the work looks between two photographs, so that nothing
/// half-written is left behind. A second signal ends the program at once.
enum Interruption {
  /// Begins to listen. Writing to a pipe that nobody reads becomes an error instead of a signal.
  static func install() {
    signal(SIGPIPE, SIG_IGN)
    received.store(0, ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { received.store($0, ordering: .relaxed) }
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
      sigaction(number, &action, nil)
      unblock(number)
    }
  }

  /// What has arrived; nil where nothing has.
  static var pending: Interrupted? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : Interrupted(signal: number)
  }

  /// - Throws: ``Interrupted`` when a signal has arrived.
  static func check() throws(Interrupted) {
    if let pending { throw pending }
  }

  /// Ends the program by a signal, as its caller expects of a program that was interrupted.
  static func die(by number: Int32) -> Never {
    signal(number, SIG_DFL)
    unblock(number)
    raise(number)
    exit(128 + number)
  }

  /// Whoever started the program may have blocked the signal, as Dispatch's threads do, and a program inherits that.
  private static func unblock(_ number: Int32) {
    var blocked = sigset_t()
    sigemptyset(&blocked)
    sigaddset(&blocked, number)
    pthread_sigmask(SIG_UNBLOCK, &blocked, nil)
  }
}
