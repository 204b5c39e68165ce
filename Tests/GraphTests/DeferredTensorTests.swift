import Kernels
import Testing

@testable import Core
@testable import Graph

/// Weights stored in 8 bits are computed when they are packed, and give what they give when they are folded.
@Suite struct DeferredTensorTests {
  private struct Network {
    var graph = Graph()
    var values = Values(seed: 5)
    let x: Graph.Value

    init(input shape: [Int?]) {
      x = graph.makeValue()
      graph.inputs.append(.init(value: x, name: "x", element: .float32, shape: shape))
    }

    mutating func constant(_ tensor: Tensor) -> Graph.Value {
      let value = graph.makeValue()
      graph.constants[value] = tensor
      return value
    }

    mutating func node(_ operation: any Operator, _ inputs: [Graph.Value?]) -> Graph.Value {
      let value = graph.makeValue()
      graph.append(operation, name: "node\(value)", inputs: inputs, outputs: [value])
      return value
    }

    /// The result of dequantising bytes of this shape.
    mutating func weights(_ shape: [Int]) throws -> Graph.Value {
      let count = shape.reduce(1, *)
      let bytes = constant(try Tensor(shape, (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 / 11) }))
      let (scale, zero) = (constant(try Tensor([], [Float(0.01)])), constant(try Tensor([], [UInt8(120)])))
      return node(Quantization(.dequantize, axis: 0, blockSize: 0), [bytes, scale, zero])
    }

    /// The model with `output` as its output, and the same with the weights as an output too, which are kept then.
    mutating func models(_ output: Graph.Value, keeping weights: Graph.Value) throws -> (deferred: Model, kept: Model) {
      graph.outputs = [.init(value: output, name: "y", element: .float32, shape: nil)]
      let deferred = try Model(graph: graph, name: "deferred")
      graph.outputs.append(.init(value: weights, name: "w", element: .float32, shape: nil))
      return (deferred, try Model(graph: graph, name: "kept"))
    }
  }

  @Test func convolutionWithAScaleBehindIt() throws {
    var network = Network(input: [nil, 40, nil, nil])
    let weights = try network.weights([48, 40, 3, 3])
    let convolved = network.node(Convolution(.init(pads: [1, 1, 1, 1])), [network.x, weights])
    let scale = network.constant(try network.values.tensor([48, 1, 1]))
    let y = network.node(Arithmetic(.multiply), [convolved, scale])
    let z = network.node(Convolution(.init()), [y, try network.weights([120, 48, 1, 1])])
    let models = try network.models(z, keeping: weights)
    #expect(models.deferred.graph.deferred.count == 1, "the first convolution's weights took the scale in")
    try expectSame(models.deferred, models.kept, [try network.values.tensor([2, 40, 9, 11])])
  }

  /// An addition changes the bias alone, and a factor stays behind weights that would not fit with it: the model loads.
  @Test(arguments: [false, true]) func whatFollowsIsOptional(isScaled: Bool) throws {
    var network = Network(input: [nil, 80])
    let weights = try network.weights([80, 64])
    let product = network.node(MatrixMultiplication(), [network.x, weights])
    let operation = Arithmetic(isScaled ? .multiply : .add)
    let y = network.node(operation, [product, network.constant(try network.values.tensor([64]))])
    network.graph.outputs = [.init(value: y, name: "y", element: .float32, shape: nil)]
    let model = try Model(graph: network.graph, name: "deferred", foldingLimit: 80 * 64 * 4 - 1)
    #expect(model.graph.deferred.count == 1)
    #expect(model.graph.nodes.map(\.operation.name) == (isScaled ? ["MatMul", "Mul"] : ["MatMul"]))
    let x = try network.values.tensor([3, 80])
    let kept = try Session(try network.models(y, keeping: weights).kept).run([x])[0]
    #expect(relativeError(try Session(model).run([x])[0], kept.values(as: Float.self).map(Double.init)) < 1e-6)
  }

  @Test(arguments: [false, true]) func fullyConnected(transposed: Bool) throws {
    var network = Network(input: [nil, 80])
    let weights = try network.weights(transposed ? [64, 80] : [80, 64])
    let operation = FullyConnected(alpha: 0.5, beta: 1, transposesA: false, transposesB: transposed)
    let y = network.node(operation, [network.x, weights])
    let models = try network.models(y, keeping: weights)
    #expect(models.deferred.graph.deferred.count == 1 && models.kept.graph.deferred.isEmpty)
    try expectSame(models.deferred, models.kept, [try network.values.tensor([3, 80])])
  }

  @Test func matrixProductWithBias() throws {
    var network = Network(input: [nil, 5, 80])
    let weights = try network.weights([80, 64])
    let product = network.node(MatrixMultiplication(), [network.x, weights])
    let y = network.node(UnaryFunction(.relu), [product])
    let models = try network.models(y, keeping: weights)
    #expect(models.deferred.graph.deferred.count == 1 && models.kept.graph.deferred.isEmpty)
    try expectSame(models.deferred, models.kept, [try network.values.tensor([2, 5, 80])])
  }

  /// A product with several matrices reads them as they are, and so does what is no product.
  @Test func whatIsNotPackedIsKept() throws {
    var network = Network(input: [4, 5, 80])
    let weights = try network.weights([4, 80, 64])
    let y = network.node(MatrixMultiplication(), [network.x, weights])
    let models = try network.models(y, keeping: weights)
    #expect(models.deferred.graph.deferred.isEmpty)
    try expectSame(models.deferred, models.kept, [try network.values.tensor([4, 5, 80])])

    var sum = Network(input: [80, 64])
    let addend = try sum.weights([80, 64])
    let total = sum.node(Arithmetic(.add), [sum.x, addend])
    let models2 = try sum.models(total, keeping: addend)
    #expect(models2.deferred.graph.deferred.isEmpty)
    try expectSame(models2.deferred, models2.kept, [try sum.values.tensor([80, 64])])
  }

  @Test func transposedConvolution() throws {
    var network = Network(input: [nil, 40, nil, nil])
    let weights = try network.weights([40, 24, 3, 3])
    let y = network.node(TransposedConvolution(.init()), [network.x, weights])
    let models = try network.models(y, keeping: weights)
    #expect(models.deferred.graph.deferred.count == 1 && models.kept.graph.deferred.isEmpty)
    try expectSame(models.deferred, models.kept, [try network.values.tensor([1, 40, 5, 4])])
  }

  /// An image that is a constant of the file is folded, or computed when the plan is made.
  @Test func convolutionOfAConstant() throws {
    var network = Network(input: [nil, 32, nil, nil])
    let weights = try network.weights([32, 16, 3, 3])
    let image = network.constant(try network.values.tensor([1, 16, 8, 8]))
    let convolved = network.node(Convolution(.init()), [image, weights])
    let y = network.node(Arithmetic(.add), [network.x, convolved])
    let models = try network.models(y, keeping: weights)
    #expect(models.deferred.graph.nodes.count == 1)
    try expectSame(models.deferred, models.kept, [try network.values.tensor([1, 32, 6, 6])])
  }

  private func expectSame(_ deferred: Model, _ kept: Model, _ inputs: [Tensor]) throws {
    let (a, b) = (try Session(deferred).run(inputs)[0], try Session(kept).run(inputs)[0])
    #expect(Array(a.values(as: Float.self)) == Array(b.values(as: Float.self)))
    #expect(a.values(as: Float.self).contains { $0 != 0 })
  }
}
