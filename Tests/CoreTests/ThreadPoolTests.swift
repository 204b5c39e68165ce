import Glibc
import Synchronization
import Testing

@testable import Core

@Suite(.serialized) struct ThreadPoolTests {
  @Test(arguments: [(0, 4), (1, 4), (2, 2), (7, 3), (1000, 2), (1000, 9)]) func runsEveryTaskOnce(
    tasks: Int, threads: Int
  ) {
    let counts = Counters(tasks)
    for _ in 0..<200 { ThreadPool.shared.run(tasks: tasks, threads: threads) { counts.add(at: $0) } }
    #expect(counts.values.allSatisfy { $0 == 200 })
  }

  @Test func workersOfOneNumberDoNotOverlap() {
    let inside = Counters(4)
    let overlaps = Atomic<Int>(0)
    for _ in 0..<50 {
      ThreadPool.shared.run(tasks: 64, threads: 4) { _, worker in
        if inside.add(at: worker) != 1 { overlaps.wrappingAdd(1, ordering: .relaxed) }
        for _ in 0..<200 { _ = sched_yield() }
        inside.subtract(at: worker)
      }
    }
    #expect(overlaps.load(ordering: .relaxed) == 0)
  }

  /// Meets in the middle of a region: both must be inside at once, or this waits in vain. Where other programs want the
  /// processors, a region may be the caller's alone for a fifth of a second.
  @Test func twoThreadsWorkTogether() {
    let met = Atomic<Int>(0)
    for _ in 0..<30 where met.load(ordering: .relaxed) < 2 {
      let arrived = Atomic<Int>(0)
      met.store(0, ordering: .relaxed)
      ThreadPool.shared.run(tasks: 2, threads: 2) { _ in
        arrived.wrappingAdd(1, ordering: .sequentiallyConsistent)
        let limit = ContinuousClock.now + .seconds(1)
        while arrived.load(ordering: .sequentiallyConsistent) < 2, ContinuousClock.now < limit { _ = sched_yield() }
        if arrived.load(ordering: .sequentiallyConsistent) == 2 { met.wrappingAdd(1, ordering: .relaxed) }
      }
    }
    #expect(met.load(ordering: .relaxed) == 2)
  }

  @Test func aRegionInsideARegionRunsInline() {
    let counts = Counters(64)
    ThreadPool.shared.run(tasks: 8, threads: 3) { outer in
      let own = pthread_self()
      ThreadPool.shared.run(tasks: 8, threads: 3) { inner in
        if pthread_equal(own, pthread_self()) != 0 { counts.add(at: outer * 8 + inner) }
      }
    }
    #expect(counts.values.allSatisfy { $0 == 1 })
  }

  @Test func callersOfManyThreadsShareThePool() async {
    let counts = Counters(8)
    await withTaskGroup(of: Void.self) { group in
      for caller in 0..<8 {
        group.addTask {
          for _ in 0..<100 { ThreadPool.shared.run(tasks: 16, threads: 2) { _ in counts.add(at: caller) } }
        }
      }
    }
    #expect(counts.values.allSatisfy { $0 == 1600 })
  }

  @Test func readsTheControlGroupsLimits() throws {
    let folder = "/tmp/facenet-quota-\(getpid())"
    for path in ["", "/a", "/a/b", "/cpu", "/cpu/a"] { mkdir(folder + path, 0o700) }
    func write(_ text: String, _ name: String) throws { try File.write(Array(text.utf8), to: folder + name) }
    defer { for name in ["/a/b", "/a", "/cpu/a", "/cpu", ""] { remove(folder + name) } }
    try write("0::/a/b\n", "/self")
    try write("max 100000\n", "/a/cpu.max")
    let limit = { ProcessorQuota.current(root: folder, membership: folder + "/self") }
    #expect(limit() == nil)
    try write("150000 100000\n", "/a/b/cpu.max")
    #expect(limit() == 1.5)
    try write("50000 100000\n", "/a/cpu.max")
    #expect(limit() == 0.5)
    try write("4:cpu,cpuacct:/a\n1:name=systemd:/\n", "/self")
    try write("300000\n", "/cpu/a/cpu.cfs_quota_us")
    try write("100000\n", "/cpu/a/cpu.cfs_period_us")
    #expect(limit() == 3)
    try write("-1\n", "/cpu/a/cpu.cfs_quota_us")
    #expect(limit() == nil)
    for name in ["/self", "/a/cpu.max", "/a/b/cpu.max", "/cpu/a/cpu.cfs_quota_us", "/cpu/a/cpu.cfs_period_us"] {
      remove(folder + name)
    }
  }
}

/// Numbers that many threads count up and down. Atomic, since the thread sanitizer does not see a `Mutex`.
private final class Counters: @unchecked Sendable {
  private let numbers: UnsafeMutableBufferPointer<Atomic<Int>>

  init(_ count: Int) {
    numbers = .allocate(capacity: count)
    for index in 0..<count { numbers.initializeElement(at: index, to: Atomic(0)) }
  }

  deinit {
    numbers.deinitialize()
    numbers.deallocate()
  }

  var values: [Int] { numbers.indices.map { numbers[$0].load(ordering: .sequentiallyConsistent) } }

  @discardableResult func add(at index: Int) -> Int {
    numbers[index].wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
  }

  func subtract(at index: Int) { numbers[index].wrappingSubtract(1, ordering: .sequentiallyConsistent) }
}
