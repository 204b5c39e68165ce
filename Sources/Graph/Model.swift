import Core

/// A network ready to run: an optimised graph, its weights, and what its file says about itself. Immutable: any thread.
package final class Model: Sendable {
  package let graph: Graph
  /// The file's key-value pairs.
  package let metadata: [String: String]
  /// What messages call it: usually its path.
  package let name: String
  let packedWeights = PackedWeights()

  /// Bytes that constants computed from a file's constants may take unless told otherwise.
  package static let defaultFoldingLimit = 1 << 30

  /// Optimises what does not depend on input sizes: constants are folded, normalisation goes into weights.
  /// - Parameter foldingLimit: bytes that the constants computed here may take.
  /// - Throws: `tooLarge` above that; `corrupt` for a graph that reads what nobody makes; what its operators throw.
  package init(
    graph: Graph, metadata: [String: String] = [:], name: String, foldingLimit: Int = Model.defaultFoldingLimit
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
  }

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
    return try Model(graph: part, metadata: metadata, name: name)
  }
}
