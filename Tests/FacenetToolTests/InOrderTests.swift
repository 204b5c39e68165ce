import Glibc
import Synchronization
import Testing

@testable import FacenetTool

@Suite @MainActor struct InOrderTests {
  struct Stop: Error {}

  @Test(arguments: [(0, 4), (1, 4), (7, 1), (100, 3), (1000, 16)])
  func resultsComeInOrder(count: Int, threads: Int) async throws {
    var seen: [Int] = []
    try await inOrder(count, threads: threads) { index in
      // Later work ends earlier.
      if index % 3 == 0 { usleep(200) }
      return index * index
    } consume: { index, square in
      #expect(square == index * index)
      seen.append(index)
    }
    #expect(seen == Array(0..<count))
  }

  @Test func workStaysNearWhatWasConsumed() async throws {
    let started = Atomic<Int>(0)
    let threads = 3
    try await inOrder(200, threads: threads) { _ in
      started.add(1, ordering: .relaxed)
    } consume: { index, _ in
      #expect(started.load(ordering: .relaxed) <= index + 4 * threads + 1)
    }
    #expect(started.load(ordering: .relaxed) == 200)
  }

  @Test func anErrorEndsTheWork() async {
    let started = Atomic<Int>(0)
    await #expect(throws: Stop.self) {
      try await inOrder(1000, threads: 4) { _ in
        started.add(1, ordering: .relaxed)
      } consume: { index, _ in
        if index == 5 { throw Stop() }
      }
    }
    #expect(started.load(ordering: .relaxed) < 100)
    await #expect(throws: Stop.self) {
      try await inOrder(10, threads: 2) { index in
        if index == 3 { throw Stop() }
      } consume: { _, _ in
      }
    }
  }
}
