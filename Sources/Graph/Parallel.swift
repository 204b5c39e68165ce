import Core

/// Calls `body` with ranges that together are `0..<count`, on at most `threads` threads.
/// - Parameter grain: fewer elements than this are not worth a thread.
func inParallel(_ count: Int, threads: Int, grain: Int, _ body: (Range<Int>) -> Void) {
  let parts = max(1, min(threads, count / max(1, grain)))
  if parts == 1 { return body(0..<count) }
  ThreadPool.shared.run(tasks: parts, threads: parts) { part in
    body(part * count / parts..<(part + 1) * count / parts)
  }
}
