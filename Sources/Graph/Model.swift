import Core

/// Any ONNX network with its weights, ready to be run by a ``Session``.
///
/// Immutable: any thread, and any number of sessions, which share its weights.
public final class Model: Sendable {
  package let graph: Graph
  /// The file's key-value pairs; what this library reads of them stands under keys `facenet.*`.
  public let metadata: [String: String]
  /// What messages call it: usually its path.
  public let name: String
  /// Equal for files whose graph and weights are equal, whatever else they hold; empty for a graph that came from no file.
  package let fingerprint: String
  let packedWeights = PackedWeights()

  /// Bytes that constants computed from a file's constants may take unless told otherwise.
  package static let defaultFoldingLimit = 1 << 30

  /// Optimises what does not depend on input sizes: constants are folded, normalisation goes into weights.
  /// - Parameter foldingLimit: bytes that the constants computed here may take.
  /// - Throws: `tooLarge` above that; `corrupt` for a graph that reads what nobody makes; what its operators throw.
  package init(
    graph: Graph, metadata: [String: String] = [:], name: String, fingerprint: String = "",
    foldingLimit: Int = Model.defaultFoldingLimit
  ) throws(FacenetError) {
    var graph = graph
    let budget = MemoryBudget(limit: foldingLimit)
    do throws(FacenetError) {
      try graph.validate()
      try foldConstants(&graph, budget: budget)
      try foldNormalization(&graph, budget: budget)
      // A pass keeps one output of a node whose others a corrupt file may read too.
      try graph.validate()
    } catch { throw error.located(in: name) }
    graph.removeDeadNodes()
    self.graph = graph
    self.metadata = metadata
    self.name = name
    self.fingerprint = fingerprint
  }

  /// An input or an output as the model's file declares it.
  public struct Port: Sendable, Hashable {
    /// Its name in the file.
    public let name: String
    /// What its elements are.
    public let elementType: ElementType
    /// Sizes of its axes, outermost first; nil for a size that is open, and where the file gives no shape at all.
    public let shape: [Int?]?

    init(_ declaration: Graph.Declaration) {
      (name, elementType, shape) = (declaration.name, declaration.element, declaration.shape)
    }
  }

  /// The inputs, in the order in which ``Session/run(_:)`` takes them.
  public var inputs: [Port] { graph.inputs.map(Port.init) }
  /// The outputs, in the order in which ``Session/run(_:)`` returns them.
  public var outputs: [Port] { graph.outputs.map(Port.init) }

  /// The part of the model that the named outputs need, with only the inputs that part reads.
  /// - Throws: `notFound` for a name that is not an output.
  package func selecting(outputs names: [String]) throws(FacenetError) -> Model {
    var part = graph
    part.outputs = []
    for output in names {
      guard let declaration = graph.outputs.first(where: { $0.name == output }) else {
        let known = graph.outputs.map(\.name).joined(separator: ", ")
        throw FacenetError(.notFound, "no output named \(output), there are: \(known) (\(name))")
      }
      part.outputs.append(declaration)
    }
    part.removeDeadNodes()
    let read = Set(part.useCounts().keys)
    part.inputs.removeAll { !read.contains($0.value) }
    return try Model(graph: part, metadata: metadata, name: name, fingerprint: fingerprint)
  }
}
