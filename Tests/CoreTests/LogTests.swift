import Glibc
import Testing

@testable import Core

/// The one receiver of the process is this suite's: nothing else in this target sets it.
@Suite(.serialized) struct LogTests {
  private func send(_ level: Log.Level, _ receiver: @escaping Log.Receiver, _ body: () -> Void) {
    Log.send(from: level, to: receiver)
    body()
    Log.send(to: nil)
  }

  private func unwanted() -> String {
    Issue.record("nobody listens to this")
    return "unwanted"
  }

  @Test func onlyWhatMattersEnoughIsMade() {
    let heard = Lock<[String]>([])
    send(.information, { _, message in heard.withLock { $0.append(message) } }) {
      Log.write(.debug, unwanted())
      Log.write(.information, "one")
      Log.write(.warning, "two")
    }
    Log.write(.warning, "three")
    #expect(heard.withLock { $0.filter { ["one", "two", "three"].contains($0) } } == ["one", "two"])
  }

  /// The receiver was wrapped once more by each message, until the stack was too short for it.
  @Test func aMessageCostsTheSameAfterManyOthers() {
    let count = Lock(0)
    send(.information, { _, message in if message == "again" { count.withLock { $0 += 1 } } }) {
      for _ in 0..<20_000 { Log.write(.information, "again") }
    }
    #expect(count.withLock { $0 } == 20_000)
  }
}
