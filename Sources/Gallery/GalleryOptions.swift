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

  var milliseconds: Int32 { Int32(1000 * min(max(wait.isNaN ? 0 : wait, 0), 3600)) }
}
