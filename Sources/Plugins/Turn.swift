import Core
import Glibc
import Synchronization

/// Lets one call at a time into what asks for that. Any thread; a call from inside another is refused, not deadlocked.
final class Turn: Sendable {
  private let lock = Lock(())
  /// The thread that has its turn, or 0.
  private let owner = Atomic<UInt>(0)
  private let left = Lock<[@Sendable () -> Void]>([])

  /// - Throws: also `invalidArgument`, calling it `what`, for a thread that has its turn already: it is inside a call,
  ///   in the function that is told its progress.
  func take<Result>(_ what: @autoclosure () -> String, _ body: () throws(FacenetError) -> Result) throws(FacenetError)
    -> Result
  {
    guard !isMine else {
      throw FacenetError(.invalidArgument, "\(what()) takes one call at a time and is in use by this thread's own")
    }
    return try wait(for: body)
  }

  /// Work that cannot be refused: done in its turn, or at the end of the turn that this thread has.
  func takeOrLeave(_ work: @escaping @Sendable () -> Void) {
    if isMine { left.withLock { $0.append(work) } } else { wait(for: work) }
  }

  private func wait<Result, Failure: Error>(for body: () throws(Failure) -> Result) throws(Failure) -> Result {
    try lock.withLock { _ throws(Failure) in
      owner.store(UInt(pthread_self()), ordering: .relaxed)
      defer {
        for work in left.withLock({ works in works.leave() }) { work() }
        owner.store(0, ordering: .relaxed)
      }
      return try body()
    }
  }

  /// Only this thread makes it its own.
  private var isMine: Bool { owner.load(ordering: .relaxed) == UInt(pthread_self()) }
}

extension Array {
  /// Empties the array; what was in it.
  fileprivate mutating func leave() -> Self {
    defer { self = [] }
    return self
  }
}
