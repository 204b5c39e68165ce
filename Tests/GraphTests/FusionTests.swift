import Kernels
import Testing

@testable import Core
@testable import Graph

/// Each fused graph must give what its operators give one by one, and be shorter.
@Suite struct FusionTests {
  /// y = x * scale + shift a channel, slowly.
  private struct Affine: Operator {
    let affine: ChannelAffine
    let name = "Affine"
    func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] { [inputs[0]!.type] }
    func channelAffine(_ inputs: [Operand?]) -> ChannelAffine? { affine }
    func kernel(_ site: Site) throws(FacenetError) -> Kernel {
      let (count, shape, affine) = (site.outputs[0].type.count, site.outputs[0].shape, affine)
      let pixels = shape.dropFirst(2).reduce(1, *)
      return Kernel(name) { frame in
        let (x, y): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (frame.input(0), frame.output(0))
        for i in 0..<count {
          let channel = i / pixels % shape[1]
          y[i] = x[i] * affine.scale[channel % affine.scale.count] + affine.shift[channel % affine.shift.count]
        }
      }
    }
  }

  /// A pointwise function, or the sum of two inputs.
  private struct Pointwise: Operator {
    let name: String
    let isSum: Bool
    let function: Activation?
    func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] { [inputs[0]!.type] }
    func activation(_ inputs: [Operand?]) -> Activation? { function }
    func kernel(_ site: Site) throws(FacenetError) -> Kernel {
      let (count, isSum, function) = (site.outputs[0].type.count, isSum, function ?? .none)
      return Kernel(name) { frame in
        let (x, y): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (frame.input(0), frame.output(0))
        for i in 0..<count { y[i] = function(isSum ? x[i] + frame.input(1, as: Float.self)[i] : x[i], channel: 0) }
      }
    }
  }

  private struct Network {
    var graph = Graph()
    var values = Values(seed: 11)

    mutating func input(_ shape: [Int?]) -> Graph.Value {
      let value = graph.makeValue()
      graph.inputs.append(.init(value: value, name: "x", element: .float32, shape: shape))
      return value
    }

    mutating func node(_ operation: any Operator, _ inputs: [Graph.Value?]) -> Graph.Value {
      let value = graph.makeValue()
      graph.append(operation, name: "node\(value)", inputs: inputs, outputs: [value])
      return value
    }

    mutating func constant(_ shape: [Int]) throws -> Graph.Value {
      let value = graph.makeValue()
      graph.constants[value] = try values.tensor(shape)
      return value
    }

    mutating func number(_ number: Float) throws -> Graph.Value {
      let value = graph.makeValue()
      graph.constants[value] = try Tensor([], [number])
      return value
    }

    /// Layer normalisation over nine values as exporters write it out.
    mutating func normalization(of x: Graph.Value, meanOf other: Graph.Value, asPower: Bool) throws -> Graph.Value {
      let mean = node(Reduce(.mean, axes: [-1]), [other])
      let difference = node(Arithmetic(.subtract), [x, mean])
      let square =
        asPower
        ? node(Power(), [difference, try number(2)])
        : node(Arithmetic(.multiply), [difference, difference])
      let variance = node(Reduce(.mean, axes: [-1]), [square])
      let deviation = node(UnaryFunction(.squareRoot), [node(Arithmetic(.add), [variance, try number(1e-5)])])
      let normal = node(Arithmetic(.divide), [difference, deviation])
      return node(Arithmetic(.add), [node(Arithmetic(.multiply), [normal, try constant([9])]), try constant([9])])
    }

    mutating func convolution(_ x: Graph.Value, _ channels: (Int, Int), side: Int) throws -> Graph.Value {
      let (weights, bias) = (graph.makeValue(), graph.makeValue())
      graph.constants[weights] = try values.tensor([channels.1, channels.0, side, side])
      graph.constants[bias] = try values.tensor([channels.1])
      let pad = side / 2
      return node(Convolution(.init(pads: [pad, pad, pad, pad])), [x, weights, bias])
    }

    /// Runs as planned, and with nothing fused: every value is an output, so every value is used twice.
    mutating func check(_ output: Graph.Value, shape: [Int], steps: Int) throws {
      graph.outputs = [.init(value: output, name: "y", element: .float32, shape: nil)]
      let x = try values.tensor(shape)
      let fused = Session(try Model(graph: graph, name: "fused"))
      let y = try fused.run([x])[0]
      for node in graph.nodes.dropLast() {
        graph.outputs.append(.init(value: node.outputs[0]!, name: "v", element: .float32, shape: nil))
      }
      let plain = try Session(try Model(graph: graph, name: "plain")).run([x])[0]
      #expect(relativeError(y, plain.values(as: Float.self).map(Double.init)) < 1e-5)
      let plan = try fused.plan([Operand(x.type)])
      #expect(plan.steps.filter { $0.operation != "layout" }.count == steps)
    }
  }

  @Test func affineGoesIntoWeights() throws {
    var network = Network()
    let x = network.input([nil, 5, nil, nil])
    let a = try network.convolution(x, (5, 7), side: 3)
    let b = network.node(
      Affine(affine: .init(scale: (1...7).map { Float($0) / 4 }, shift: (1...7).map { Float($0) })), [a])
    let c = network.node(Affine(affine: .init(scale: [0.17])), [b])
    try network.check(c, shape: [2, 5, 6, 9], steps: 1)
  }

  @Test(arguments: [false, true]) func residualAndActivationGoIntoTheStore(swapped: Bool) throws {
    var network = Network()
    let x = network.input([nil, 6, nil, nil])
    let a = try network.convolution(x, (6, 6), side: 3)
    let scaled = network.node(Affine(affine: .init(scale: [0.1])), [a])
    let sum = network.node(
      Pointwise(name: "Add", isSum: true, function: nil), swapped ? [scaled, x] : [x, scaled])
    let y = network.node(Pointwise(name: "Relu", isSum: false, function: .relu), [sum])
    try network.check(y, shape: [1, 6, 7, 7], steps: 1)
  }

  /// A product of two tensors of the run, or with a batch of constant matrices, is not packed: it has no store.
  @Test func whatFollowsAProductWithoutAStoreStays() throws {
    for weights in [nil, [2, 5, 5], [5, 5]] as [[Int]?] {
      var network = Network()
      let x = network.input([nil, 5, 5])
      let matrix = try weights.map { try network.constant($0) } ?? x
      let product = network.node(MatrixMultiplication(), [x, matrix])
      let sum = network.node(Arithmetic(.add), [product, x])
      let y = network.node(UnaryFunction(.relu), [sum])
      try network.check(y, shape: [2, 5, 5], steps: weights?.count == 2 ? 1 : 3)
    }
  }

  @Test func twoBranchesJoinInTheLaterOne() throws {
    var network = Network()
    let x = network.input([nil, 4, nil, nil])
    let left = try network.convolution(x, (4, 8), side: 1)
    let right = try network.convolution(x, (4, 8), side: 3)
    let sum = network.node(Pointwise(name: "Add", isSum: true, function: nil), [right, left])
    let y = network.node(
      Pointwise(name: "Clip", isSum: false, function: .clip(-1, 1)), [sum])
    try network.check(y, shape: [3, 4, 5, 5], steps: 2)
  }

  @Test func whatIsReadTwiceIsNotFused() throws {
    var network = Network()
    let x = network.input([nil, 4, nil, nil])
    let a = try network.convolution(x, (4, 4), side: 3)
    let b = network.node(Pointwise(name: "Relu", isSum: false, function: .relu), [a])
    let sum = network.node(Pointwise(name: "Add", isSum: true, function: nil), [b, a])
    try network.check(sum, shape: [1, 4, 5, 5], steps: 3)
  }

  @Test func biasScaleResidualAndActivationGoIntoAMatrixProduct() throws {
    var network = Network()
    let x = network.input([nil, 3, 6])
    let product = network.node(MatrixMultiplication(), [x, try network.constant([6, 6])])
    let biased = network.node(Arithmetic(.add), [try network.constant([6]), product])
    let scaled = network.node(Arithmetic(.multiply), [biased, try network.constant([6])])
    let sum = network.node(Arithmetic(.add), [scaled, x])
    let y = network.node(UnaryFunction(.relu), [sum])
    try network.check(y, shape: [4, 3, 6], steps: 1)
  }

  @Test func aConstantAlongAnotherAxisStaysOutOfAMatrixProduct() throws {
    var network = Network()
    let x = network.input([nil, 6, 6])
    let product = network.node(MatrixMultiplication(), [x, try network.constant([6, 6])])
    let y = network.node(Arithmetic(.add), [product, try network.constant([6, 1])])
    try network.check(y, shape: [2, 6, 6], steps: 2)
  }

  @Test(arguments: 0..<3) func geluIsRecognized(form: Int) throws {
    var network = Network()
    let x = network.input([nil, 5, 7])
    let divisor = try network.number(Float(2).squareRoot())
    let factor = try network.number(Float(0.5).squareRoot())
    let scaled =
      form == 0
      ? network.node(Arithmetic(.divide), [x, divisor]) : network.node(Arithmetic(.multiply), [factor, x])
    let power = network.node(UnaryFunction(.errorFunction), [scaled])
    let sum = network.node(Arithmetic(.add), [power, try network.number(1)])
    let half = try network.number(0.5)
    let y: Graph.Value
    switch form {
    case 0:
      let product = network.node(Arithmetic(.multiply), [x, sum])
      y = network.node(Arithmetic(.multiply), [product, half])
    case 1:
      let product = network.node(Arithmetic(.multiply), [half, sum])
      y = network.node(Arithmetic(.multiply), [product, x])
    default:
      let product = network.node(Arithmetic(.multiply), [x, half])
      y = network.node(Arithmetic(.multiply), [product, sum])
    }
    try network.check(y, shape: [2, 5, 7], steps: 1)
  }

  @Test(arguments: [false, true]) func layerNormalizationIsRecognized(asPower: Bool) throws {
    var network = Network()
    let x = network.input([nil, 4, 9])
    let y = try network.normalization(of: x, meanOf: x, asPower: asPower)
    try network.check(y, shape: [3, 4, 9], steps: 1)
  }

  @Test func aMeanOfAnotherValueIsNoLayerNormalization() throws {
    var network = Network()
    let x = network.input([nil, 4, 9])
    let y = try network.normalization(of: x, meanOf: network.node(UnaryFunction(.relu), [x]), asPower: false)
    try network.check(y, shape: [3, 4, 9], steps: 10)
  }

  /// (N, H, W, C) to (N, C, H, W) and on to a convolution, whose images lie in that order of memory already.
  @Test func aTransposeToChannelsLastMovesNothing() throws {
    var network = Network()
    let x = network.input([nil, 6, 7, 8])
    let turned = network.node(Transpose(order: [0, 3, 1, 2]), [x])
    let y = try network.convolution(turned, (8, 8), side: 3)
    try network.check(y, shape: [1, 6, 7, 8], steps: 1)
  }

  /// What can be fused depends on a plan's shapes: packed weights of one plan are not another's.
  @Test(arguments: [[1, 2], [2, 1]]) func plansOfOneModelKeepTheirActivations(batches: [Int]) throws {
    var network = Network()
    let x = network.input([nil, 3, 6])
    let addend = network.graph.makeValue()
    network.graph.inputs.append(.init(value: addend, name: "y", element: .float32, shape: [2, 3, 6]))
    let product = network.node(MatrixMultiplication(), [x, try network.constant([6, 6])])
    let y = network.node(UnaryFunction(.relu), [network.node(Arithmetic(.add), [product, addend])])
    network.graph.outputs = [.init(value: y, name: "z", element: .float32, shape: nil)]
    let shared = try Model(graph: network.graph, name: "shared")
    for batch in batches {
      let inputs = [try network.values.tensor([batch, 3, 6]), try network.values.tensor([2, 3, 6])]
      let alone = try Session(try Model(graph: network.graph, name: "alone")).run(inputs)[0]
      let together = try Session(shared).run(inputs)[0]
      #expect(Array(alone.values(as: Float.self)) == Array(together.values(as: Float.self)))
    }
  }

  @Test func anImageWithoutChannelsIsRefused() throws {
    var network = Network()
    let x = network.input([1, 0, 4, 4])
    let y = network.node(Convolution(.init()), [x, try network.constant([8, 0, 3, 3])])
    network.graph.outputs = [.init(value: y, name: "y", element: .float32, shape: nil)]
    let session = Session(try Model(graph: network.graph, name: "empty"))
    let input = try Tensor([1, 0, 4, 4], [Float]())
    #expect(throws: FacenetError.self) { try session.run([input]) }
  }

  /// A slope that is no number is one variant, not a new one for each plan.
  @Test func activationsAreThemselves() {
    for activation in [Activation.leakyRelu(.nan), .clip(.nan, 1), .prelu([1, .nan])] {
      #expect(Set([activation, activation]).count == 1)
    }
    #expect(Set([Activation.none, .relu, .leakyRelu(1), .prelu([1]), .clip(0, 1), .clip(1, 0)]).count == 6)
  }
}
