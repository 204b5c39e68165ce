import Core

/// Operators and the values that run between them. A value is a number; what is known of it stands in tables beside.
package struct Graph: Sendable {
  package typealias Value = Int

  package struct Node: Sendable {
    /// Stable through all passes: names the node's packed weights.
    package let identifier: Int
    package var name: String
    package var operation: any Operator
    package var inputs: [Value?]
    package var outputs: [Value?]
  }

  /// A graph input or output as its file declares it; an unknown size is nil.
  package struct Declaration: Sendable {
    package let value: Value
    package let name: String
    package let element: ElementType
    package let shape: [Int?]?

    package init(value: Value, name: String, element: ElementType, shape: [Int?]?) {
      self.value = value
      self.name = name
      self.element = element
      self.shape = shape
    }
  }

  /// In an order in which every value is made before it is used.
  package var nodes: [Node] = []
  package var constants: [Value: Tensor] = [:]
  /// Constants that are computed when they are wanted; a value is in one of the two tables at most.
  var deferred: [Value: DeferredTensor] = [:]
  package var inputs: [Declaration] = []
  package var outputs: [Declaration] = []
  private var valueCount = 0

  package init() {}

  package mutating func makeValue() -> Value {
    defer { valueCount += 1 }
    return valueCount
  }

  package mutating func append(_ operation: any Operator, name: String, inputs: [Value?], outputs: [Value?]) {
    nodes.append(
      Node(identifier: nodes.count, name: name, operation: operation, inputs: inputs, outputs: outputs))
  }

  /// - Throws: `corrupt` when a value is read before it is made, made twice, or an output is never made.
  package func validate() throws(FacenetError) {
    var made = Set(constants.keys).union(deferred.keys).union(inputs.map(\.value))
    for node in nodes {
      for case let value? in node.inputs where !made.contains(value) {
        throw FacenetError(.corrupt, "an input is read before any node makes it").located(at: node)
      }
      for case let value? in node.outputs where !made.insert(value).inserted {
        throw FacenetError(.corrupt, "an output is made twice").located(at: node)
      }
    }
    for output in outputs where !made.contains(output.value) {
      throw FacenetError(.corrupt, "no node makes the output '\(output.name)'")
    }
  }

  /// How often each value is read, graph outputs included.
  package func useCounts() -> [Value: Int] {
    var counts: [Value: Int] = [:]
    for case let value? in nodes.lazy.flatMap(\.inputs) { counts[value, default: 0] += 1 }
    for output in outputs { counts[output.value, default: 0] += 1 }
    return counts
  }

  /// The position in `nodes` of the node that makes each value.
  package func producers() -> [Value: Int] {
    var producers: [Value: Int] = [:]
    for (position, node) in nodes.enumerated() {
      for case let value? in node.outputs { producers[value] = position }
    }
    return producers
  }

  /// Drops nodes nothing reads, last outputs of nodes that nothing reads, and constants nothing uses.
  package mutating func removeDeadNodes() {
    var needed = Set(outputs.map(\.value))
    var kept: [Node] = []
    for var node in nodes.reversed() {
      while let last = node.outputs.last, !(last.map(needed.contains) ?? false) { node.outputs.removeLast() }
      guard !node.outputs.isEmpty else { continue }
      for case let value? in node.inputs { needed.insert(value) }
      kept.append(node)
    }
    nodes = kept.reversed()
    constants = constants.filter { needed.contains($0.key) }
    deferred = deferred.filter { needed.contains($0.key) }
  }
}
