import Core

/// Replaces chains of small operators that exporters write for one function by that function: GELU and layer
/// normalisation. What the chain's inner values feed elsewhere stays as it is.
func recognizePatterns(_ graph: inout Graph, operands: [Graph.Value: Operand]) {
  let chains = Chains(graph, operands)
  var replaced: Set<Int> = []
  for position in graph.nodes.indices {
    guard let match = chains.gelu(endingAt: position) ?? chains.layerNormalization(endingAt: position) else { continue }
    graph.nodes[position].operation = match.operation
    graph.nodes[position].inputs = match.inputs
    replaced.insert(position)
  }
  if !replaced.isEmpty { graph.removeDeadNodes() }
}

/// A function that a chain computes, and what it reads.
private struct Match {
  let operation: any Operator
  let inputs: [Graph.Value?]
}

/// A graph seen from its ends: which node made a value, and from what.
private struct Chains {
  private let graph: Graph
  private let operands: [Graph.Value: Operand]
  private let producers: [Graph.Value: Int]
  private let uses: [Graph.Value: Int]

  init(_ graph: Graph, _ operands: [Graph.Value: Operand]) {
    self.graph = graph
    self.operands = operands
    producers = graph.producers()
    uses = graph.useCounts()
  }

  private func node(making value: Graph.Value?) -> Graph.Node? {
    value.flatMap { producers[$0] }.map { graph.nodes[$0] }
  }

  /// The two inputs of a node that does this arithmetic.
  private func sides(_ function: Arithmetic.Function, _ node: Graph.Node?) -> (Graph.Value, Graph.Value)? {
    guard let node, let operation = node.operation as? Arithmetic, operation.function == function,
      node.inputs.count == 2, let first = node.inputs[0], let second = node.inputs[1]
    else { return nil }
    return (first, second)
  }

  private func isNumber(_ value: Graph.Value, _ wanted: Float) -> Bool {
    guard let constant = graph.constants[value], constant.type.element == .float32, constant.count == 1 else {
      return false
    }
    return abs(constant.values(as: Float.self)[0] - wanted) <= 1e-6 * wanted
  }

  /// The other side of a commutative node that has `number` on one.
  private func other(_ function: Arithmetic.Function, _ node: Graph.Node?, _ number: Float) -> Graph.Value? {
    guard let (first, second) = sides(function, node) else { return nil }
    return isNumber(first, number) ? second : isNumber(second, number) ? first : nil
  }

  /// x / 2 (1 + erf(x / sqrt 2)) with its three factors in any order.
  func gelu(endingAt position: Int) -> Match? {
    guard let factors = factors(graph.nodes[position]), factors.count == 3 else { return nil }
    for (index, value) in factors.enumerated() {
      guard let x = argumentOfSum(value) else { continue }
      let rest = factors.indices.filter { $0 != index }.map { factors[$0] }
      if rest[0] == x && isNumber(rest[1], 0.5) || rest[1] == x && isNumber(rest[0], 0.5) {
        return Match(operation: UnaryFunction(.gelu), inputs: [x])
      }
    }
    return nil
  }

  /// The factors of a product of a product; of that inside it only what nobody else reads is taken apart.
  private func factors(_ node: Graph.Node) -> [Graph.Value]? {
    guard let (first, second) = sides(.multiply, node) else { return nil }
    for (inner, outer) in [(first, second), (second, first)] where uses[inner] == 1 {
      if let (a, b) = sides(.multiply, self.node(making: inner)) { return [a, b, outer] }
    }
    return nil
  }

  /// x where a value is 1 + erf(x / sqrt 2).
  private func argumentOfSum(_ value: Graph.Value) -> Graph.Value? {
    guard let power = node(making: other(.add, node(making: value), 1)),
      (power.operation as? UnaryFunction)?.function == .errorFunction, let scaled = node(making: power.inputs[0])
    else { return nil }
    if let (x, divisor) = sides(.divide, scaled), isNumber(divisor, Float(2).squareRoot()) { return x }
    return other(.multiply, scaled, Float(0.5).squareRoot())
  }

  /// (x - mean) / sqrt(variance + epsilon) scale + shift over the last axis.
  func layerNormalization(endingAt position: Int) -> Match? {
    guard let (first, second) = sides(.add, graph.nodes[position]) else { return nil }
    for (scaled, shift) in [(first, second), (second, first)] {
      guard let count = vectorCount(shift), let (a, b) = sides(.multiply, node(making: scaled)) else { continue }
      for (normal, scale) in [(a, b), (b, a)] where vectorCount(scale) == count {
        guard let (x, epsilon) = normalized(normal), operands[x]?.shape.last == count else { continue }
        return Match(operation: LayerNormalization(axis: -1, epsilon: epsilon), inputs: [x, scale, shift])
      }
    }
    return nil
  }

  private func vectorCount(_ value: Graph.Value) -> Int? {
    guard let type = graph.constants[value]?.type, type.element == .float32, type.shape.count == 1, type.count > 1
    else { return nil }
    return type.count
  }

  /// x and epsilon where a value is (x - mean) / sqrt(mean((x - mean)^2) + epsilon).
  private func normalized(_ value: Graph.Value) -> (Graph.Value, Float)? {
    guard let (difference, deviation) = sides(.divide, node(making: value)),
      let (x, mean) = sides(.subtract, node(making: difference)), meanOfLastAxis(mean) == x,
      let root = node(making: deviation), (root.operation as? UnaryFunction)?.function == .squareRoot,
      let (a, b) = sides(.add, node(making: root.inputs[0]))
    else { return nil }
    for (variance, epsilon) in [(a, b), (b, a)] {
      guard let constant = graph.constants[epsilon], constant.type.element == .float32, constant.count == 1,
        let square = meanOfLastAxis(variance), isSquare(square, of: x, mean)
      else { continue }
      return (x, constant.values(as: Float.self)[0])
    }
    return nil
  }

  private func meanOfLastAxis(_ value: Graph.Value) -> Graph.Value? {
    guard let node = node(making: value), let reduction = node.operation as? Reduce, reduction.function == .mean,
      reduction.keepsAxes
    else { return nil }
    let listed = node.inputs.count > 1 ? node.inputs[1].flatMap { graph.constants[$0] } : nil
    guard (try? listed?.integers() ?? reduction.axes) == [-1] else { return nil }
    return node.inputs[0]
  }

  /// Whether a value is (x - mean)^2, as a power or as a product.
  private func isSquare(_ value: Graph.Value, of x: Graph.Value, _ mean: Graph.Value) -> Bool {
    let base: Graph.Value
    if let (a, b) = sides(.multiply, node(making: value)), a == b {
      base = a
    } else if let power = node(making: value), power.operation is Power, power.inputs.count == 2,
      let a = power.inputs[0], let exponent = power.inputs[1], isNumber(exponent, 2)
    {
      base = a
    } else {
      return false
    }
    return sides(.subtract, node(making: base)).map { $0 == (x, mean) } ?? false
  }
}
