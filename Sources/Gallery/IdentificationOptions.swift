/// When a face is somebody's.
public enum Acceptance: Sendable, Hashable {
  /// As the model's own threshold for two photographs.
  case model
  /// A wanted share of pairs of different people that pass, above 0 and below 1.
  case falseAcceptRate(Float)
  /// A wanted share of strangers that are taken for somebody of this gallery, above 0 and below 1.
  case falsePositiveIdentificationRate(Float)
  /// A distance by the model's metric.
  case distance(Float)
}

/// How a face is looked up in a gallery.
public struct IdentificationOptions: Sendable, Hashable {
  /// When a face is somebody's.
  public var acceptance: Acceptance
  /// Best people that are told; 1 to 1000.
  public var people: Int
  /// A person's distance is the mean of that many nearest templates; 1 to 100. Where there are fewer, of all.
  public var templates: Int
  /// A second person within the threshold who is farther than the first by no more than this makes a verdict ambiguous;
  /// nil: 10% of the threshold. With 0 only equally near people are.
  public var margin: Float?

  /// As a share of the threshold; docs/gallery.md says what it is worth.
  static let defaultMargin: Float = 0.1

  /// Creates options.
  public init(
    acceptance: Acceptance = .falsePositiveIdentificationRate(0.01), people: Int = 5, templates: Int = 1,
    margin: Float? = nil
  ) {
    self.acceptance = acceptance
    self.people = people
    self.templates = templates
    self.margin = margin
  }
}
