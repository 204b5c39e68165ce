@testable import Core
@testable import Graph

/// A model of one operator: inputs given as constants become constants of the graph, the others its inputs.
/// - Parameter layout: how inputs of rank 3 and more that are not constant lie in memory.
func runOperator(
  _ operation: any Operator, _ inputs: [Tensor?], constants: Set<Int> = [], outputs: Int = 1, threads: Int = 1,
  layout: Layout = .plain
) throws -> [Tensor] {
  var graph = Graph()
  var values: [Graph.Value?] = []
  var given: [Tensor] = []
  for (index, tensor) in inputs.enumerated() {
    guard let tensor else {
      values.append(nil)
      continue
    }
    let value = graph.makeValue()
    values.append(value)
    if constants.contains(index) {
      graph.constants[value] = tensor
    } else {
      graph.inputs.append(.init(value: value, name: "input\(index)", element: tensor.type.element, shape: nil))
      given.append(tensor)
    }
  }
  let results = (0..<outputs).map { _ in graph.makeValue() }
  graph.append(operation, name: "node", inputs: values, outputs: results)
  graph.outputs = results.enumerated().map {
    .init(value: $0.element, name: "output\($0.offset)", element: .float32, shape: nil)
  }
  let session = try Session(Model(graph: graph, name: "test"), threads: threads)
  return layout == .plain ? try session.run(given) : try run(session, given, layout)
}

private func run(_ session: Session, _ inputs: [Tensor], _ layout: Layout) throws -> [Tensor] {
  let operands = inputs.map { Operand($0.type, layout: $0.shape.count > 2 ? layout : .plain) }
  let plan = try session.plan(operands)
  for (position, tensor) in inputs.enumerated() {
    let copy = StridedCopy(
      shape: tensor.shape, from: Layout.plain.strides(of: tensor.shape), to: operands[position].strides)
    let target = session.input(position, of: plan).baseAddress!.assumingMemoryBound(to: UInt8.self)
    tensor.bytes.withMemoryRebound(to: UInt8.self) {
      copy.run($0.baseAddress!, target, elementSize: tensor.type.element.size)
    }
  }
  try session.execute(plan)
  return try plan.outputs.indices.map { position in
    let bytes = session.output(position, of: plan)
    return try Tensor(plan.outputs[position].type) { $0.copyMemory(from: bytes) }
  }
}

/// A reproducible sequence of values in -1...1 that are multiples of 2^-10: sums of few hundred are exact in double.
struct Values {
  private var state: UInt64
  init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int(state >> 53)) / 1024 - 1
  }

  mutating func tensor(_ shape: [Int]) throws -> Tensor {
    try Tensor(shape, (0..<shape.reduce(1, *)).map { _ in next() })
  }
}

/// The largest difference between a tensor and what it should be, in units of the largest value wanted.
func relativeError(_ tensor: Tensor, _ expected: [Double]) -> Double {
  let values = tensor.values(as: Float.self)
  guard values.count == expected.count else { return .infinity }
  let scale = expected.reduce(1e-30) { max($0, abs($1)) }
  return zip(values, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) } / scale
}

/// Where each element of the broadcast shape comes from.
func broadcastSources(_ shape: [Int], in output: [Int]) -> [Int] {
  (0..<output.reduce(1, *)).map { position in
    var (rest, source, step) = (position, 0, 1)
    for axis in output.indices.reversed() {
      let coordinate = rest % output[axis]
      rest /= output[axis]
      let own = axis - (output.count - shape.count)
      guard own >= 0 else { continue }
      source += (shape[own] == 1 ? 0 : coordinate) * step
      step *= shape[own]
    }
    return source
  }
}
