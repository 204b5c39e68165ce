import Core

/// A constant that is computed when it is wanted and not kept: weights that a file stores in 8 bits, of which only the form
/// that kernels want need stay. Immutable: any thread.
package final class DeferredTensor: Sendable {
  package let type: TensorType
  private let compute: @Sendable () throws(FacenetError) -> Tensor

  /// - Parameter compute: gives the same values of this type each time.
  init(_ type: TensorType, _ compute: @escaping @Sendable () throws(FacenetError) -> Tensor) {
    self.type = type
    self.compute = compute
  }

  /// The values, in memory of their own.
  func tensor() throws(FacenetError) -> Tensor { try compute() }
}

extension Graph {
  /// A value that does not depend on the run; nil for others.
  func operand(_ value: Value) -> Operand? {
    constants[value].map { Operand($0.type, constant: $0) } ?? deferred[value].map { Operand($0) }
  }

  /// Elements from which on weights are worth being deferred.
  private static let deferredCount = 1 << 12

  /// The result of a node on constants as a deferred tensor; nil where it is small, or read other than as the weights of
  /// operators that pack them.
  func deferred(_ node: Node, _ operands: [Operand?]) throws(FacenetError) -> DeferredTensor? {
    guard let quantization = node.operation as? Quantization, quantization.direction == .dequantize,
      node.outputs.count == 1, let value = node.outputs[0], !outputs.contains(where: { $0.value == value })
    else { return nil }
    let types: [TensorType]
    do throws(FacenetError) { types = try node.outputTypes(operands) } catch { throw error.located(at: node) }
    guard types[0].count >= Self.deferredCount,
      nodes.allSatisfy({ $0.readsOnlyAsWeights(value, rank: types[0].shape.count) })
    else { return nil }
    return DeferredTensor(types[0]) { () throws(FacenetError) in
      try evaluate(node, operands, budget: MemoryBudget(limit: types[0].byteCount))[0]
    }
  }
}

extension Graph.Node {
  /// Whether a node packs a value of this rank, wherever it reads it.
  fileprivate func readsOnlyAsWeights(_ value: Graph.Value, rank: Int) -> Bool {
    // A product whose B is more than one matrix reads it as it is.
    let packs = operation is any AbsorbingOperator && (rank <= 2 || !(operation is MatrixMultiplication))
    return inputs.enumerated().allSatisfy { $1 != value || $0 == 1 && packs }
  }
}

extension [Operand?] {
  /// The same with every known value computed, for a node that is run before any other.
  func materialized() throws(FacenetError) -> [Operand?] {
    var operands = self
    for index in indices where self[index]?.deferred != nil {
      operands[index] = try self[index].map { operand throws(FacenetError) in
        Operand(operand.type, constant: try operand.weights())
      }
    }
    return operands
  }
}
