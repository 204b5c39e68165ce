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
  /// Its inputs, each as name, element type and shape: `image float32(?,3,160,160)`.
  public let inputs: [String]
  /// Its outputs, as ``inputs``.
  public let outputs: [String]
  /// The file's key-value pairs, by key.
  public let metadata: [(key: String, value: String)]

  /// Reads a model's file: an installed model's name or an ONNX file's path.
  /// - Throws: what opening the file as a ``Detector`` or ``Embedder`` throws, but for its role.
  public init(_ nameOrPath: String) throws(FacenetError) {
    let file = try ModelFile(nameOrPath)
    let graph = file.model.graph
    name = file.name
    role = try file.role() ?? (DetectorKind(outputsOf: graph) != nil ? .detector : nil)
    inputs = graph.inputs.map(Self.describe)
    outputs = graph.outputs.map(Self.describe)
    metadata = file.model.metadata.sorted { $0.key < $1.key }
  }

  private static func describe(_ port: Graph.Declaration) -> String {
    let sizes = port.shape.map { $0.map { $0.map(String.init) ?? "?" }.joined(separator: ",") } ?? "..."
    return "\(port.name) \(port.element)(\(sizes))"
  }
}
