import CSystem
import Glibc
import Synchronization

/// Fork-join parallelism for the whole process. No thread exists before the first region that wants one.
///
/// The caller takes part in its own region, so a region always ends even if no worker ever wakes. One region has the
/// workers at a time: a caller that finds them taken, as a call from inside a region does, works alone. Workers wait
/// actively for some microseconds after a region, then sleep. Where other programs keep one from running, regions go
/// without it for a while. They run with all signals blocked. Any thread.
package final class ThreadPool: Sendable {
  package static let shared = ThreadPool()

  /// Pauses before a thread that waits goes to sleep: about a tenth of a millisecond.
  private static let patience = 10_000
  private static let mostWorkers = 255

  /// Whether a region has the workers.
  private let isTaken = Atomic<Bool>(false)
  private let workerCount = Lock<Int>(0)
  private let seats = Seats()
  private let region = RegionCell()
  private let crowding = Crowding()

  /// Calls `body` once for each index in `0..<tasks`, on at most `threads` threads, and returns when all are done.
  package func run(tasks: Int, threads: Int, _ body: (Int) -> Void) {
    run(tasks: tasks, threads: threads) { task, _ in body(task) }
  }

  /// As `run`, and tells `body` which of `0..<threads` workers it is on: no two calls with the same number overlap, so a
  /// part of working memory can belong to each.
  package func run(tasks: Int, threads: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    let wanted = min(threads, tasks, Self.mostWorkers + 1) - 1
    var first = 0
    var helpers = wanted
    while wanted > 0, first < tasks {
      helpers = min(wanted, tasks - first - 1) - crowding.missing(at: Crowding.now())
      if helpers > 0 { break }
      body(first, 0)
      first += 1
    }
    guard helpers > 0, isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
      for task in first..<tasks { body(task, 0) }
      return
    }
    defer { isTaken.store(false, ordering: .releasing) }
    start(workers: helpers)
    withoutActuallyEscaping(body) { body in
      region.open(first..<tasks, body)
      seats.open(helpers)
      region.work(as: 0)
      seats.closeAndWait(patience: Self.patience)
      region.close()
    }
  }

  /// Starts the threads that are missing. Where the system refuses one, the region has fewer.
  private func start(workers wanted: Int) {
    workerCount.withLock { count in
      while count < wanted {
        guard startThread({ ThreadPool.shared.serve() }) else { return }
        count += 1
      }
    }
  }

  /// A worker's life: a seat in one region after the other.
  private func serve() {
    var seen: UInt32 = 0
    while true {
      seen = seats.waitForRegion(after: seen, patience: Self.patience)
      if let worker = seats.take(in: seen) {
        let (came, ran) = (Crowding.now(), Crowding.threadTime())
        region.work(as: worker)
        seats.leave()
        let left = Crowding.now()
        crowding.judge(stayed: left - came, ran: Crowding.threadTime() - ran, now: left)
      }
    }
  }
}

/// The body and the counter of the region that has the workers. Written by the caller alone, while no worker has a seat.
private final class RegionCell: @unchecked Sendable {
  private var end = 0
  private var body: ((_ task: Int, _ worker: Int) -> Void)?
  private let next = Atomic<Int>(0)

  func open(_ tasks: Range<Int>, _ body: @escaping (Int, Int) -> Void) {
    end = tasks.upperBound
    self.body = body
    next.store(tasks.lowerBound, ordering: .relaxed)
  }

  func close() { body = nil }

  /// Takes tasks until none is left.
  func work(as worker: Int) {
    guard let body else { return }
    while true {
      let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard task < end else { return }
      body(task, worker)
    }
  }
}

/// Who takes part in a region: a worker needs a seat, and the caller waits for those that took one, no others.
private final class Seats: @unchecked Sendable {
  /// The region's number in the upper half, free seats in the lower: a late worker cannot take a seat of the next one.
  private let gate = Atomic<UInt64>(0)
  /// The region's number again, and how many have left it: words that threads sleep on.
  private let number = FutexWord()
  private let left = FutexWord()
  private var offered: UInt32 = 0

  func open(_ count: Int) {
    offered = UInt32(count)
    left.store(0)
    let region = number.load() &+ 1
    gate.store(UInt64(region) << 32 | UInt64(offered), ordering: .releasing)
    number.storeAndWake(region)
  }

  /// - Returns: which worker of the region the caller is, from 1; nil where the region is full or over.
  func take(in region: UInt32) -> Int? {
    var state = gate.load(ordering: .acquiring)
    while UInt32(truncatingIfNeeded: state >> 32) == region, state & 0xffff_ffff > 0 {
      let (exchanged, original) = gate.compareExchange(
        expected: state, desired: state - 1, ordering: .acquiringAndReleasing)
      if exchanged { return Int(state & 0xffff_ffff) }
      state = original
    }
    return nil
  }

  func leave() { left.incrementAndWake() }

  /// Lets nobody in any more and waits for those inside.
  func closeAndWait(patience: Int) {
    let state = gate.exchange(gate.load(ordering: .relaxed) & ~0xffff_ffff, ordering: .acquiringAndReleasing)
    let taken = offered - UInt32(truncatingIfNeeded: state)
    left.wait(patience: patience) { $0 == taken }
  }

  /// - Returns: the number of a region that is not `seen`.
  func waitForRegion(after seen: UInt32, patience: Int) -> UInt32 {
    number.wait(patience: patience) { $0 != seen }
  }
}

/// A number that threads wait on: actively at first, then asleep in the kernel.
private final class FutexWord: @unchecked Sendable {
  private let word: UnsafeMutablePointer<Atomic<UInt32>>
  private let sleepers = Atomic<Int>(0)

  init() {
    word = .allocate(capacity: 1)
    word.initialize(to: Atomic(0))
  }

  func load() -> UInt32 { word.pointee.load(ordering: .acquiring) }
  func store(_ value: UInt32) { word.pointee.store(value, ordering: .releasing) }

  func storeAndWake(_ value: UInt32) {
    word.pointee.store(value, ordering: .sequentiallyConsistent)
    wake()
  }

  func incrementAndWake() {
    word.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
    wake()
  }

  private func wake() {
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 { facenet_futex_wake(word) }
  }

  /// - Returns: the first value seen that `condition` accepts.
  @discardableResult
  func wait(patience: Int, until condition: (UInt32) -> Bool) -> UInt32 {
    for _ in 0..<patience {
      let value = load()
      if condition(value) { return value }
      facenet_relax()
    }
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    defer { sleepers.wrappingSubtract(1, ordering: .relaxed) }
    while true {
      let value = word.pointee.load(ordering: .sequentiallyConsistent)
      if condition(value) { return value }
      facenet_futex_wait(word, value)
    }
  }

  deinit {
    word.deinitialize(count: 1)
    word.deallocate()
  }
}

/// Starts a thread that runs `body` for ever, with all signals blocked: they are the host's.
/// - Returns: whether the system had one.
private func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
  final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var all = sigset_t()
  var before = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_SETMASK, &all, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  let box = Unmanaged.passRetained(Box(body))
  var thread = pthread_t()
  let status = pthread_create(
    &thread, nil,
    { argument in
      Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
      return nil
    }, box.toOpaque())
  guard status == 0 else {
    box.release()
    return false
  }
  pthread_detach(thread)
  return true
}
