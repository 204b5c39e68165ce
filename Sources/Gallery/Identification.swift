import Search

/// What a gallery says about a face.
public struct Identification: Sendable, Hashable {
  /// Whether the face is somebody's.
  public enum Verdict: String, Sendable, CaseIterable {
    /// The nearest person is within the threshold, and nobody else nearly as near is.
    case known
    /// Nobody is within the threshold.
    case unknown
    /// Two people are, and their distances differ by no more than the margin.
    case ambiguous
  }

  /// Somebody whose templates are near.
  public struct Candidate: Sendable, Hashable {
    /// Who.
    public let person: Person
    /// By the model's metric.
    public let distance: Float
    /// The nearest of the person's templates.
    public let template: Int64
  }

  /// Whether the face is somebody's.
  public let verdict: Verdict
  /// The best people, nearest first.
  public let candidates: [Candidate]
  /// The largest distance that was accepted, and where it is from.
  public let threshold: IdentificationThreshold
  /// One sentence that says why.
  public let reason: String
  /// What the search in the index looked at.
  public let statistics: SearchStatistics

  /// Who it is; nil unless the verdict is known.
  public var person: Person? { verdict == .known ? candidates.first?.person : nil }
}
