import CThread

/// How far a long call is: told to whoever watches, who may stop it.
///
/// Work divides itself into parts, and what a part says of itself, 0 to 1, becomes that share of the whole. It says so on
/// the thread that watches; what other threads do for it is not told.
package enum Progress {
  /// Calls `report` with the fraction of `body` that is done: at first, after each hundredth, at least every tenth of a
  /// second where the work can tell, and once with 1 when it has succeeded.
  ///
  /// Fractions are 0 to 1 and never decrease. What `report` itself calls is not told of.
  /// - Parameter report: whether to go on; of no consequence at 1.
  /// - Throws: what `body` throws: `cancelled` where work in it was told to stop.
  package static func watch<Result, Failure: Error>(
    _ report: @escaping (Double) -> Bool, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let thread = facenet_this_thread()!
    let before = thread.pointee.watch
    let watch = Watch(report)
    thread.pointee.watch = Unmanaged.passUnretained(watch).toOpaque()
    defer {
      thread.pointee.watch = before
      withExtendedLifetime(watch) {}
    }
    let result = try body()
    watch.finish()
    return result
  }

  /// Says that this much of the work, 0 to 1, is done; to be called often, without a lock.
  /// - Throws: `cancelled` when whoever watches does not want the rest.
  package static func reached(_ fraction: Double) throws(FacenetError) {
    if let watch = Watch.current { try watch.reached(fraction) }
  }

  /// Does a part of the work: `body`'s 0 and 1 are the work's `start` and `end`.
  package static func part<Result, Failure: Error>(
    from start: Double, to end: Double, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let watch = Watch.current else { return try body() }
    let whole = watch.share
    watch.share = (whole.start + whole.length * start, whole.length * (end - start))
    defer { watch.share = whole }
    return try body()
  }

  /// Does some of `count` equal parts of the work.
  package static func part<Result, Failure: Error>(
    _ some: Range<Int>, of count: Int, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try part(from: Double(some.lowerBound) / Double(count), to: Double(some.upperBound) / Double(count), body)
  }

  /// Does one of `count` equal parts of the work.
  package static func part<Result, Failure: Error>(
    _ index: Int, of count: Int, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try part(index..<index + 1, of: count, body)
  }
}

/// Who is told of the work on one thread, and what was told last. That thread alone.
private final class Watch {
  private static let smallestStep = 0.01
  private static let longestSilence: Crowding.Nanoseconds = 100_000_000
  /// 1 is told when all is done.
  private static let nearlyDone = 0.99

  /// The share of the whole that the work in progress is.
  var share = (start: 0.0, length: 1.0)
  private let report: (Double) -> Bool
  private var told = -1.0
  private var toldAt: Crowding.Nanoseconds = 0
  private var isStopped = false

  init(_ report: @escaping (Double) -> Bool) { self.report = report }

  static var current: Watch? {
    facenet_this_thread().pointee.watch.map { Unmanaged<Watch>.fromOpaque($0).takeUnretainedValue() }
  }

  func reached(_ fraction: Double) throws(FacenetError) {
    let now = Crowding.now()
    let whole = max(told, 0, min(share.start + share.length * fraction, Self.nearlyDone))
    if !isStopped, whole - told >= Self.smallestStep || now - toldAt >= Self.longestSilence {
      isStopped = !tell(whole)
      toldAt = Crowding.now()
    }
    guard !isStopped else { throw FacenetError(.cancelled, "the caller's progress function stopped it") }
  }

  func finish() { _ = tell(1) }

  /// Nobody watches what the watcher does.
  private func tell(_ fraction: Double) -> Bool {
    let thread = facenet_this_thread()!
    let watch = thread.pointee.watch
    thread.pointee.watch = nil
    defer { thread.pointee.watch = watch }
    told = fraction
    return report(fraction)
  }
}
