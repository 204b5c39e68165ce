import CThread
import Synchronization

/// What the library says of its work to whoever asks; to nobody until then. One receiver a process. Any thread.
public enum Log {
  /// How much a message matters.
  public enum Level: Int32, Sendable, CaseIterable {
    /// For whoever looks for a fault or for time: what was planned, with which kernels.
    case debug = 1
    /// What was opened.
    case information
    /// What may not be what the caller wants.
    case warning
  }

  /// Takes a level and one sentence.
  public typealias Receiver = @Sendable (_ level: Level, _ message: String) -> Void

  private static let silence = Int32.max
  private static let least = Atomic<Int32>(silence)
  private static let listener = Lock<Listener?>(nil)

  /// A receiver in a structure: a bare closure in generic storage is wrapped once more each time it is looked at.
  private struct Listener {
    let receiver: Receiver
  }

  /// Sends messages from `level` up to `receiver` instead of whom they went to before; nil: to nobody.
  ///
  /// It is called on the thread whose call has something to say, so on several at once where several make calls, and
  /// perhaps once more on another thread just after it was replaced. It may call the library: what that says is dropped.
  public static func send(from level: Level = .information, to receiver: Receiver?) {
    listener.withLock {
      $0 = receiver.map(Listener.init)
      least.store(receiver == nil ? silence : level.rawValue, ordering: .relaxed)
    }
  }

  /// Says something, if anybody wants to hear it: only then is `message` made. Not to be called with a lock.
  package static func write(_ level: Level, _ message: @autoclosure () -> String) {
    guard level.rawValue >= least.load(ordering: .relaxed) else { return }
    let thread = facenet_this_thread()!
    guard !thread.pointee.logs, let listener = listener.withLock({ $0 }) else { return }
    thread.pointee.logs = true
    defer { thread.pointee.logs = false }
    listener.receiver(level, message())
  }
}
