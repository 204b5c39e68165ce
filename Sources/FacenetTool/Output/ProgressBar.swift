import Core
import Glibc

/// A line on the terminal that shows how far the work is, how fast it goes and how long it will take.
///
/// Any thread may draw; one draws at a time.
final class ProgressBar: Sendable {
  private struct State {
    var drawn: ContinuousClock.Instant?
    var isVisible = false
  }

  private let total: Int
  private let unit: String
  private let start = ContinuousClock.now
  private let state = Lock(State())

  init(total: Int, unit: String) {
    self.total = total
    self.unit = unit
  }

  /// Draws the bar anew, at most ten times a second and not during the first second.
  func draw(_ done: Int) {
    let now = ContinuousClock.now
    guard now - start >= .seconds(1) else { return }
    state.withLock { state in
      guard state.drawn.map({ now - $0 >= .milliseconds(100) }) ?? true else { return }
      state.drawn = now
      state.isVisible = true
      let elapsed = (now - start) / .seconds(1)
      Self.put("\r\u{1B}[K" + Self.line(done: done, of: total, unit, seconds: elapsed, width: Self.terminalWidth()))
    }
  }

  /// Takes the bar off the terminal.
  func clear() {
    state.withLock { state in
      if state.isVisible { Self.put("\r\u{1B}[K") }
      state.isVisible = false
    }
  }

  /// `[#####.....] 120/3825 photographs  45.2/s  1:22 left`, shortened where the terminal is narrow.
  static func line(done: Int, of total: Int, _ unit: String, seconds: Double, width: Int) -> String {
    let rate = Double(done) / max(seconds, 1e-9)
    let left = rate > 0 ? duration(Double(total - done) / rate) + " left" : ""
    let text = " \(done)/\(total) \(unit)  \(decimal(rate, 1))/s  \(left)"
    let cells = min(30, width - 3 - text.count)
    guard cells >= 5 else { return String(text.dropFirst().prefix(max(0, width - 1))) }
    let filled = total > 0 ? cells * done / total : 0
    return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: cells - filled) + "]" + text
  }

  /// `0:07`, `1:22`, `3:05:09`.
  static func duration(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 359_999_999).rounded(.up))
    let parts = whole >= 3600 ? [whole / 3600, whole / 60 % 60, whole % 60] : [whole / 60, whole % 60]
    return parts.enumerated().map { $0 > 0 && $1 < 10 ? "0\($1)" : "\($1)" }.joined(separator: ":")
  }

  private static func terminalWidth() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  private static func put(_ text: String) {
    _ = Array(text.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
