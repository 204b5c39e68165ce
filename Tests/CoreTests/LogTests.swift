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

  /// The receiver is called from the same depth of the stack however many messages came before.
  @Test func aMessageCostsTheSameAfterManyOthers() {
    let places = Lock<Set<UInt>>([])
    let thread = pthread_self()
    send(
      .information,
      { _, _ in
        guard pthread_self() == thread else { return }
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 16) { place in
          places.withLock { _ = $0.insert(UInt(bitPattern: place.baseAddress!)) }
        }
      }
    ) {
      for _ in 0..<1000 { Log.write(.information, "again") }
    }
    #expect(places.withLock { ($0.max() ?? 0) - ($0.min() ?? .max) } < 4096)
  }
}
