import Core
import Glibc

/// Standard output is gone: whoever read it has left. Nothing is left to say.
struct ClosedOutput: Error {}

/// Where results and messages go.
@MainActor
final class Console {
  private var progress: ProgressBar?
  private var buffer: [UInt8] = []
  private let isTerminal = isatty(STDOUT_FILENO) == 1

  /// Writes one line of results to standard output.
  /// - Throws: ``ClosedOutput``, or `inputOutput` when it cannot be written, for instance to a full disk.
  func result(_ line: String) throws {
    buffer += Array(line.utf8)
    buffer.append(UInt8(ascii: "\n"))
    if isTerminal { progress?.clear() }
    if isTerminal || buffer.count >= 1 << 16 { try flush() }
  }

  /// Writes results that wait in memory.
  func flush() throws {
    var start = 0
    defer { buffer.removeAll(keepingCapacity: true) }
    while start < buffer.count {
      let count = buffer.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress! + start, $0.count - start) }
      if count >= 0 {
        start += count
      } else if errno == EPIPE {
        throw ClosedOutput()
      } else if errno != EINTR {
        throw FacenetError(.inputOutput, "cannot write to standard output: \(String(cString: strerror(errno)))")
      }
    }
  }

  /// Writes one sentence to standard error, as ``printable(_:)`` text.
  func message(_ sentence: String) {
    progress?.clear()
    let line = Array("facenet: \(printable(sentence))\n".utf8)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// Announces `total` units of work. Where standard error is a terminal a bar appears once the work has taken a second.
  /// - Returns: the bar, for work that tells of its progress itself.
  @discardableResult
  func begin(_ total: Int, _ unit: String) -> ProgressBar? {
    progress = isatty(STDERR_FILENO) == 1 ? ProgressBar(total: total, unit: unit) : nil
    return progress
  }

  /// Tells that `done` units of the work announced are done.
  func advance(to done: Int) {
    progress?.draw(done)
  }

  /// Does work of `total` units that tells of its progress: with a bar as ``begin(_:_:)`` has it, and until an interrupt.
  func watch<Result>(_ total: Int, _ unit: String, _ work: () throws(FacenetError) -> Result) throws(FacenetError)
    -> Result
  {
    let bar = begin(total, unit)
    defer { end() }
    return try Progress.watch { fraction in
      bar?.draw(Int(fraction * Double(total)))
      return Interruption.pending == nil
    } _: {
      () throws(FacenetError) in
      try work()
    }
  }

  /// The work announced is over; the bar goes away.
  func end() {
    progress?.clear()
    progress = nil
  }
}
