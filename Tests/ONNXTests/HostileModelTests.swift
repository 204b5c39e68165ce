import TestSupport
import Testing

@testable import Core
@testable import Graph
@testable import ONNX

/// Files that are made to break a reader: each is refused with an error that says why.
@Suite struct HostileModelTests {
  private func node(_ operation: String, _ inputs: [String], _ outputs: [String] = ["y"]) -> ModelWriter.Node {
    .init(operation: operation, inputs: inputs, outputs: outputs)
  }

  private func refusal(_ model: ModelWriter, _ inputs: [Tensor] = []) -> FacenetError? {
    do throws(FacenetError) {
      _ = try Session(try model.load(), memoryLimit: 1 << 24).run(inputs)
      return nil
    } catch { return error }
  }

  @Test func refusesACycle() {
    var model = ModelWriter(nodes: [node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"])], outputs: ["b"])
    #expect(
      refusal(model) == FacenetError(.corrupt, "Relu 'a': its input 'b' is made by no node before it (test)"))
    model.nodes = [node("Relu", ["a"], ["a"])]
    #expect(refusal(model)?.status == .corrupt)
  }

  @Test func refusesAMissingValue() {
    var model = ModelWriter(nodes: [node("Relu", ["nothing"])], outputs: ["y"])
    #expect(refusal(model)?.status == .corrupt)
    model.nodes = []
    #expect(refusal(model) == FacenetError(.corrupt, "no node makes the output 'y' (test)"))
    model.nodes = [node("Relu", [""])]
    #expect(refusal(model)?.status == .corrupt)
    model.nodes = [node("Relu", [])]
    #expect(refusal(model)?.status == .corrupt)
  }

  @Test func refusesAValueThatIsMadeTwice() throws {
    let model = ModelWriter(
      inputs: [.init(name: "x")], nodes: [node("Relu", ["x"]), node("Abs", ["x"])], outputs: ["y"])
    #expect(refusal(model, [try Tensor([1], [Float(1)])])?.status == .corrupt)
  }

  static let shapes: [[Int]] = [
    [1 << 20, 1 << 20], [0, .max, .max], [.max, 2], [1 << 31, 2], [0, 1 << 20, 1 << 20], [-2], [.min],
    [Int](repeating: 1, count: 9),
  ]

  /// As initialiser, declared input, shape of a run, and shape computed by operators.
  @Test(arguments: shapes) func refusesAShapeThatCannotBe(_ shape: [Int]) throws {
    var model = ModelWriter(nodes: [node("Identity", ["x"])], outputs: ["y"])
    model.initializers = [.init("x", dataType: 1, sizes: shape, raw: [0, 0, 0, 0])]
    #expect(refusal(model) != nil)
    model.initializers = []
    model.inputs = [.init(name: "x", shape: shape)]
    #expect(refusal(model) != nil)
    #expect(throws: FacenetError.self) { try Tensor(shape, [Float]()) }
    let sizes = try Tensor([shape.count], shape.map { Int64($0) })
    let sources = [("ConstantOfShape", []), ("Expand", ["e"]), ("Reshape", ["e"]), ("Tile", ["v"])]
    for (operation, data) in sources {
      var model = ModelWriter(opset: 14, nodes: [node(operation, data + ["s"])], outputs: ["y"])
      model.initializers = [
        .init("s", sizes), .init("e", try Tensor([0, 1, 1], [Float]())),
        .init("v", try Tensor([Int](repeating: 1, count: min(shape.count, 8)), [Float(1)])),
      ]
      if operation == "Reshape" { model.nodes[0].attributes = ["allowzero": .integer(1)] }
      #expect(refusal(model) != nil, "\(operation)")
      model.initializers.removeFirst()
      model.inputs = [.init(name: "s", element: .int64)]
      #expect(refusal(model, [sizes]) != nil, "\(operation) at run time")
    }
  }

  @Test func refusesToFoldMoreThanItsLimit() throws {
    var model = ModelWriter(nodes: [node("ConstantOfShape", ["s"])], outputs: ["y"])
    model.initializers = [.init("s", try Tensor([2], [Int64(1) << 15, 1 << 15]))]
    let error = try #require(refusal(model))
    #expect(error.status == .tooLarge)
    #expect(error.message.hasPrefix("ConstantOfShape 'y': its output float32(32768,32768) takes 4294967296 bytes"))
    #expect(throws: FacenetError.self) { try loaded(model.bytes, limit: Model.defaultFoldingLimit) }
    // None is too large alone.
    model.initializers = [.init("s", try Tensor([1], [Int64(1) << 20]))]
    model.nodes = (0..<8).map { node("ConstantOfShape", ["s"], ["y\($0)"]) }
    model.outputs = ["y7"]
    #expect(refusal(model)?.status == .tooLarge)
    model.nodes = Array(model.nodes.prefix(3))
    model.outputs = ["y2"]
    // Another name for the same memory takes none.
    for name in ["y3", "y4", "y5"] { model.nodes.append(node("Identity", ["y2"], [name])) }
    #expect(refusal(model) == nil)
  }

  @Test func refusesToRunAboveItsLimit() throws {
    let x = try Tensor([1 << 10], [Float](repeating: 1, count: 1 << 10))
    var model = ModelWriter(inputs: [.init(name: "x")], nodes: [node("Expand", ["x", "s"])], outputs: ["y"])
    model.initializers = [.init("s", try Tensor([3], [Int64(1) << 10, 1 << 10, 1]))]
    #expect(refusal(model, [x])?.status == .tooLarge)
    // The same value handed out thousands of times.
    model.nodes = [node("Relu", ["x"])]
    model.outputs = [String](repeating: "y", count: 1 << 13)
    #expect(refusal(model, [x])?.status == .tooLarge)
  }

  /// Graphs in attributes of nodes of graphs, a thousand deep, and a field that opens a hundred thousand times.
  @Test func readsDeepNestingWithoutFollowingIt() throws {
    var bytes: [UInt8] = []
    for _ in 0..<1000 {
      var (graph, attribute, node) = (WireWriter(), WireWriter(), WireWriter())
      graph.bytes(1, bytes)
      attribute.text(1, "body")
      attribute.bytes(6, graph.bytes)
      attribute.integer(20, 5)
      node.text(4, "Loop")
      node.bytes(5, attribute.bytes)
      bytes = node.bytes
    }
    var model = WireWriter()
    model.message(7) { $0.bytes(1, bytes) }
    model.message(8) { $0.integer(2, 13) }
    #expect(throws: FacenetError(.unsupported, "Loop '': unknown operator (test)")) { try loaded(model.bytes) }
    let tags = [UInt8](repeating: 0x3A, count: 100_000)
    #expect(throws: FacenetError.self) { try loaded(tags) }
  }

  /// A node that names more inputs or outputs than its operator has.
  @Test func keepsWhatDoesNotBelongToAnOperatorOut() throws {
    let x = try Tensor([1, 1, 2, 2], [Float(1), 2, 3, 4])
    var model = ModelWriter(inputs: [.init(name: "x")], outputs: ["z"])
    model.initializers = [
      .init("w", try Tensor([1, 1, 1, 1], [Float(2)])), .init("b", try Tensor([1], [Float(0)])),
      .init("k", try Tensor([1 << 12], [Float](repeating: 5, count: 1 << 12))),
    ]
    model.nodes = [node("Conv", ["x", "w", "b", "x"], ["c"]), node("Add", ["c", "x"], ["z"])]
    #expect(refusal(model, [x])?.status == .corrupt)
    model.nodes = [
      node("Conv", ["x", "w"], ["c", "d"]), node("Mul", ["c", "b"], ["m"]), node("Clip", ["m", "d"], ["z"]),
    ]
    #expect(refusal(model, [x])?.status == .corrupt)
    // The constant is handed through, not the other input's memory under its type.
    model.nodes = [node("Identity", ["k", "x"], ["i"]), node("Relu", ["i"], ["z"])]
    let result = try Session(try model.load()).run([x])[0]
    #expect(Array(result.values(as: Float.self)) == [Float](repeating: 5, count: 1 << 12))
    // The same before an operator that wants its images in another order.
    model.initializers.append(.init("p", try Tensor([1, 2, 1, 2], [Float(1), 2, 3, 4])))
    model.initializers.append(.init("q", try Tensor([1, 2, 1, 1], [Float(1), 10])))
    model.nodes = [node("Identity", ["p", "x"], ["i"]), node("Conv", ["i", "q"], ["z"])]
    #expect(Array(try Session(try model.load()).run([x])[0].values(as: Float.self)) == [31, 42])
  }

  /// Sum is variadic where Add is not: a residual that is fused must not lose its third operand.
  @Test func addsAllOperandsOfASumBehindAConvolution() throws {
    let x = try Tensor([1, 1, 1, 2], [Float(1), 2])
    var model = ModelWriter(inputs: [.init(name: "x"), .init(name: "r")], outputs: ["y"])
    model.initializers = [.init("w", try Tensor([1, 1, 1, 1], [Float(2)]))]
    model.nodes = [node("Conv", ["x", "w"], ["c"]), node("Sum", ["c", "r", "x"])]
    let result = try Session(try model.load()).run([x, try Tensor([1, 1, 1, 2], [Float(10), 20])])[0]
    #expect(Array(result.values(as: Float.self)) == [13, 26])
  }
}
