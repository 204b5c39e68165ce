import Core
import Graph

/// What a model's file says about itself, for people to read.
public struct ModelCard: Sendable {
  /// What a model does.
  public enum Role: String, Sendable, CaseIterable {
    /// Finds faces.
    case detector
    /// Embeds aligned faces.
    case embedder
  }

  /// The name it gives itself, or the path it was read from.
  public let name: String
  /// nil for a model that is neither.
  public let role: Role?
  /// Its inputs and outputs, each as name, element type and shape: `input float32(?,3,160,160)`.
  public let inputs: [String]
  /// As `inputs`.
  public let outputs: [String]
  /// The file's key-value pairs, by key.
  public let metadata: [(key: String, value: String)]

  /// Reads a model's file: an installed model's name or an ONNX file's path.
  public init(_ nameOrPath: String) throws(FacenetError) {
    throw FacenetError(.unsupported, "model cards are not built yet")
  }
}
