import Imaging

/// How faces are embedded. What is nil is what the model's file says, or else what ``Embedder`` assumes.
public struct EmbedderOptions: Sendable, Hashable {
  /// At most this many threads work on one batch; 0 means one a processor.
  public var threads: Int
  /// How pixels become the network's input.
  public var normalization: Normalization?
  /// Where the landmarks lie in an aligned crop, in pixels: five points, in the order of ``Face/landmarks``.
  public var template: [Point]?
  /// How distances are measured.
  public var metric: Metric?
  /// Distances up to this one mean the same person.
  public var threshold: Float?

  /// Creates options; without arguments, the model's own.
  public init(
    threads: Int = 1, normalization: Normalization? = nil, template: [Point]? = nil, metric: Metric? = nil,
    threshold: Float? = nil
  ) {
    self.threads = threads
    self.normalization = normalization
    self.template = template
    self.metric = metric
    self.threshold = threshold
  }
}
