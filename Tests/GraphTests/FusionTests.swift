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
}
