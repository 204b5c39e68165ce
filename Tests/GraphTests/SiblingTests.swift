import Kernels
import Testing

@testable import Core
@testable import Graph

/// Graphs whose convolutions are merged must give what their operators give one by one, from fewer convolutions.
@Suite struct SiblingTests {
  private struct Network {
    var graph = Graph()
    var values = Values(seed: 5)
    let x: Graph.Value

    init() {
      x = graph.makeValue()
      graph.inputs = [.init(value: x, name: "x", element: .float32, shape: nil)]
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

    /// A convolution from and to so many channels; as many groups where it is depthwise.
    mutating func convolution(
      _ x: Graph.Value, _ from: Int, _ to: Int, side: Int = 3, hasBias: Bool = true, isDepthwise: Bool = false
    ) throws -> Graph.Value {
      let weights = try constant([to, isDepthwise ? 1 : from, side, side])
      let pad = side / 2
      let operation = Convolution(.init(pads: [pad, pad, pad, pad], groups: isDepthwise ? from : 1))
      return node(operation, [x, weights] + (hasBias ? [try constant([to])] : []))
    }

    /// Runs as planned, and one operator after the other.
    mutating func check(_ outputs: [Graph.Value], shape: [Int], convolutions: Int, threads: Int = 1) throws {
      graph.outputs = outputs.map { .init(value: $0, name: "y\($0)", element: .float32, shape: nil) }
      let input = try values.tensor(shape)
      var known = graph.constants
      known[x] = input
      for node in graph.nodes {
        let inputs = node.inputs.map { $0.flatMap { known[$0] } }
        known[node.outputs[0]!] = try runOperator(node.operation, inputs, constants: Set(1..<inputs.count))[0]
      }
      let model = try Model(graph: graph, name: "siblings")
      let session = Session(model, threads: threads)
      // The second time with packed weights from the first.
      for _ in 0..<2 {
        let results = try Session(model, threads: threads).run([input])
        for (output, result) in zip(outputs, results) {
          #expect(relativeError(result, known[output]!.values(as: Float.self).map(Double.init)) < 2e-5)
        }
      }
      let plan = try session.plan([Operand(input.type)])
      #expect(plan.steps.filter { $0.operation == "Conv" }.count == convolutions)
    }
  }

  @Test(arguments: [1, 3], [1, 2]) func siblingsOfAnyWidthMerge(side: Int, threads: Int) throws {
    for channels in [[1, 1], [1, 4, 1, 10], [2, 8, 20], [16, 48], [17, 5, 33]] {
      var network = Network()
      var outputs: [Graph.Value] = []
      for (index, count) in channels.enumerated() {
        outputs.append(try network.convolution(network.x, 16, count, side: side, hasBias: index % 2 == 0))
      }
      try network.check(outputs, shape: [2, 16, 9, 7], convolutions: 1, threads: threads)
    }
  }

  @Test func siblingsWithoutBiasMerge() throws {
    var network = Network()
    let a = try network.convolution(network.x, 5, 3, hasBias: false)
    let b = try network.convolution(network.x, 5, 6, hasBias: false)
    try network.check([b, a], shape: [1, 5, 6, 6], convolutions: 1)
  }

  /// Any number of convolutions without channels would make a family.
  @Test func convolutionsWithoutChannelsStay() throws {
    var network = Network()
    let outputs = try [0, 3, 0, 2, 0].map { try network.convolution(network.x, 4, $0) }
    try network.check(outputs, shape: [1, 4, 6, 6], convolutions: 4)
  }

  @Test func windowsThatDifferDoNotMerge() throws {
    var network = Network()
    let weights = (try network.constant([4, 6, 3, 3]), try network.constant([4, 6, 3, 3]))
    let a = network.node(Convolution(.init(strides: [2, 2])), [network.x, weights.0])
    let b = network.node(Convolution(.init()), [network.x, weights.0])
    let c = network.node(Convolution(.init(pads: [1, 1, 1, 1])), [network.x, weights.1])
    let d = network.node(Convolution(.init(dilations: [2, 2])), [network.x, weights.1])
    let e = network.node(Convolution(.init(groups: 2)), [network.x, try network.constant([4, 3, 3, 3])])
    let f = network.node(Convolution(.init(groups: 2)), [network.x, try network.constant([4, 3, 3, 3])])
    let g = try network.convolution(network.x, 6, 4, side: 1)
    try network.check([a, b, c, d, e, f, g], shape: [1, 6, 8, 8], convolutions: 7)
  }

  /// Slopes may differ from channel to channel; bounds are one for all.
  @Test func activationsThatAreSlopesMerge() throws {
    var network = Network()
    let a = try network.convolution(network.x, 16, 12)
    let b = network.node(UnaryFunction(.leakyRelu(0.1)), [try network.convolution(network.x, 16, 5)])
    let slopes = try network.constant([3, 1, 1])
    let c = network.node(ParametricRelu(), [try network.convolution(network.x, 16, 3), slopes])
    let d = network.node(UnaryFunction(.relu), [try network.convolution(network.x, 16, 4)])
    let e = network.node(UnaryFunction(.relu), [try network.convolution(network.x, 16, 2)])
    try network.check([a, b, c, d, e], shape: [1, 16, 8, 8], convolutions: 2)
  }

  @Test func whatIsComputedTwiceIsComputedOnce() throws {
    var network = Network()
    let a = try network.convolution(network.x, 6, 8)
    let again = network.node(network.graph.nodes[0].operation, network.graph.nodes[0].inputs)
    let b = try network.convolution(network.x, 6, 3)
    let twin = network.node(network.graph.nodes[0].operation, network.graph.nodes[0].inputs)
    try network.check([a, again, b, twin], shape: [1, 6, 5, 5], convolutions: 1)
    try network.check([a, again], shape: [1, 6, 5, 5], convolutions: 1)
  }

  /// One is an output and feeds another's reader, which reads it as what is added in its store.
  @Test func viewsAreReadByConvolutionsAndSums() throws {
    var network = Network()
    let a = try network.convolution(network.x, 4, 6)
    let b = try network.convolution(network.x, 4, 9)
    let c = try network.convolution(b, 9, 6, side: 1)
    let sum = network.node(Arithmetic(.add), [c, a])
    try network.check([b, sum], shape: [2, 4, 6, 5], convolutions: 2)
  }

  @Test func whatNeedsDenseValuesGetsThem() throws {
    var network = Network()
    let a = try network.convolution(network.x, 4, 5)
    let b = try network.convolution(network.x, 4, 1)
    let c = try network.convolution(network.x, 4, 3)
    let outputs = [
      network.node(UnaryFunction(.sigmoid), [a]), network.node(UnaryFunction(.sigmoid), [b]),
      network.node(Arithmetic(.multiply), [a, b]), network.node(Transpose(order: [0, 2, 3, 1]), [c]),
      network.node(Transpose(order: [0, 2, 3, 1]), [b]), network.node(Reshape(.flatten(axis: 1)), [b]),
      network.node(Concatenation(axis: 1), [c, b, a]), network.node(Identity(), [c]), b,
    ]
    try network.check(outputs, shape: [2, 4, 5, 6], convolutions: 1)
  }

  /// With one pixel a picture, views of one picture are dense and those of two are not.
  @Test(arguments: [1, 2]) func singlePixelsAreTaken(batch: Int) throws {
    var network = Network()
    let a = try network.convolution(network.x, 4, 3, side: 1)
    let b = try network.convolution(network.x, 4, 1, side: 1)
    let sum = network.node(Reshape(.flatten(axis: 1)), [a])
    try network.check([a, b, sum], shape: [batch, 4, 1, 1], convolutions: 1)
  }

  /// The heads of a detector: pointwise, then depthwise of as many channels, of which one is a plain convolution.
  @Test(arguments: [0..<4, 1..<3]) func depthwiseConvolutionsOfNeighboursMerge(joined: Range<Int>) throws {
    var network = Network()
    let widths = [1, 4, 1, 10]
    var heads: [Graph.Value] = []
    for width in widths { heads.append(try network.convolution(network.x, 8, width, side: 1)) }
    for index in joined.reversed() {
      heads[index] = try network.convolution(heads[index], widths[index], widths[index], isDepthwise: true)
    }
    try network.check(heads, shape: [1, 8, 7, 9], convolutions: 2)
  }

  @Test func depthwiseConvolutionsThatAreNoNeighboursStay() throws {
    var network = Network()
    let a = try network.convolution(network.x, 8, 2, side: 1)
    let b = try network.convolution(network.x, 8, 3, side: 1)
    let c = try network.convolution(network.x, 8, 4, side: 1)
    let outputs = [
      try network.convolution(a, 2, 2, isDepthwise: true), b, try network.convolution(c, 4, 4, isDepthwise: true),
    ]
    try network.check(outputs, shape: [1, 8, 7, 9], convolutions: 3)
  }

  /// Runs of one channel each are no one value.
  @Test func convolutionsOfSeveralViewsStay() throws {
    var network = Network()
    let a = try network.convolution(network.x, 8, 1, side: 1)
    let b = try network.convolution(network.x, 8, 1, side: 1)
    let outputs = [try network.convolution(a, 1, 8), try network.convolution(b, 1, 8)]
    try network.check(outputs, shape: [1, 8, 7, 9], convolutions: 3)
  }

  @Test func oneSpatialAxisIsTaken() throws {
    var network = Network()
    let a = network.node(Convolution(.init()), [network.x, try network.constant([3, 4, 3])])
    let b = network.node(Convolution(.init()), [network.x, try network.constant([2, 4, 3])])
    try network.check([a, b], shape: [2, 4, 9], convolutions: 1)
  }
}
