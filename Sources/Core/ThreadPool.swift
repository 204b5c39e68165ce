import CSystem
import Synchronization

/// Fork-join parallelism for the whole process. No thread exists before the first region that wants one.
///
/// The caller takes part in its own region, so a region always ends even if no worker ever wakes. A call from inside a
/// region runs inline. Regions of several callers share the workers; a caller that finds them busy works alone.
/// Immutable: any thread.
package final class ThreadPool: Sendable {
  package static let shared = ThreadPool()

  /// Processors this process may use: its affinity mask.
  package static let processors = Int(facenet_processor_count())

  /// Calls `body` once for each index in `0..<tasks`, on at most `threads` threads, and returns when all are done.
  package func run(tasks: Int, threads: Int, _ body: (Int) -> Void) {
    run(tasks: tasks, threads: threads) { task, _ in body(task) }
  }

  /// As `run`, and tells `body` which of `0..<threads` workers it is on: no two calls with the same number overlap, so a
  /// part of working memory can belong to each.
  package func run(tasks: Int, threads: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    for task in 0..<tasks { body(task, 0) }
  }
}
