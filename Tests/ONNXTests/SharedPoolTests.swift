import Glibc
import Synchronization
import Testing

@testable import Core
@testable import Graph
@testable import ONNX

@Suite struct SharedPoolTests {
  /// Sessions of one model in threads of their own, which all want the pool's workers: each gives what one alone gives,
  /// bit by bit.
  @Test(arguments: ["embedder", "detector"]) func manySessionsAtOnceGiveWhatOneGives(_ name: String) throws {
    let model = try name == "embedder" ? SmallNetworks.embedder() : SmallNetworks.detector()
    let images = try [(1, 33, 41), (3, 40, 24), (1, 64, 64), (2, 21, 96)].map { batch, height, width in
      let count = batch * 3 * height * width
      return try Tensor([batch, 3, height, width], (0..<count).map { Float(($0 &* 7919 &+ 13) % 255) / 255 })
    }
    let expected = try images.map { try Session(model).run([$0]).map { Array($0.bytes) } }
    let differences = Atomic<Int>(0)
    let runs = Atomic<Int>(0)
    let failed = Lock<[String]>([])
    inThreads(4) { caller in
      do {
        let session = try Session(model, threads: 1 + caller % 3)
        for turn in 0..<12 {
          let position = (turn + caller) % images.count
          let outputs = try session.run([images[position]]).map { Array($0.bytes) }
          if outputs != expected[position] { differences.wrappingAdd(1, ordering: .relaxed) }
          runs.wrappingAdd(1, ordering: .relaxed)
        }
      } catch { failed.withLock { $0.append("\(error)") } }
    }
    #expect(failed.withLock { $0 } == [])
    #expect(runs.load(ordering: .relaxed) == 48 && differences.load(ordering: .relaxed) == 0)
  }
}

/// Runs `body` in so many threads of the system, not of Swift's, and waits for them.
private func inThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  final class Box {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
  }
  let threads = (0..<count).map { index in
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().run()
        return nil
      }, Unmanaged.passRetained(Box { body(index) }).toOpaque())
    precondition(status == 0)
    return thread
  }
  for thread in threads { pthread_join(thread, nil) }
}
