/// The verdict on two faces.
public struct Verification: Sendable {
  /// By the embedder's metric: 0 for equal embeddings, larger for more different ones.
  public let distance: Float
  /// The largest distance that means the same person.
  public let threshold: Float
  /// The faces that were compared.
  public let faces: (a: Face, b: Face)

  /// Whether the two faces are one person's: `distance <= threshold`.
  public var isSame: Bool { distance <= threshold }
}
