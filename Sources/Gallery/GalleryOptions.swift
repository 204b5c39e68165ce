import Core
import Search

/// How a gallery is opened.
public struct GalleryOptions: Sendable, Hashable {
  /// Seconds that a call waits for another process to finish writing; 0 to 3600.
  public var wait: Double
  /// The index that searches use; its seed is the gallery's own.
  public var index: IndexOptions

  /// Creates options.
  public init(wait: Double = 5, index: IndexOptions = IndexOptions()) {
    self.wait = wait
    self.index = index
  }

  /// - Throws: `invalidArgument` for a wait out of its range.
  func milliseconds() throws(FacenetError) -> Int32 {
    guard (0...3600).contains(wait) else {
      throw FacenetError(.invalidArgument, "a call waits for 0 to 3600 seconds, got \(wait)")
    }
    return Int32(1000 * wait)
  }
}
