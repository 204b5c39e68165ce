import Core
import ForeignFunctions
import Graph
import ONNX
import TestSupport
import Testing

@testable import Plugins

/// Nodes of other domains than the standard's, in files that fit the registered operators and in files that do not.
@Suite struct ForeignDomainTests {
  /// Tests/Golden/make_exported_operator.py wrote the file.
  @Test func aModelThatPyTorchExported() throws {
    let path = try #require(TestFiles.golden("exported_operator.onnx"))
    let missing = #expect(throws: FacenetError.self) { try Model(path: path) }
    #expect(missing?.status == .unsupported)
    #expect(
      missing?.message.hasPrefix(
        "ScaledSum '/ScaledSum': unknown operator of the domain com.example: "
          + "load the plugin that has it (facenet_plugin_load, facenet --plugin PATH)") == true)
    let function = try #require(foreign_function_named("add_scaled"))
    try register("ScaledSum", function, "XXYwng", attributes: "scale", version: 3)
    let pictures = try Tensor([2, 3, 6, 5], (0..<180).map { Float($0 * 7 % 23 - 11) / 8 })
    let scores = try Session(Model(path: path)).run([pictures])[0]
    let golden = try NumPyFile(path: #require(TestFiles.golden("exported_operator.npy")))
    #expect(scores.shape == [golden.rows, golden.columns])
    for (score, wanted) in zip(try scores.array(of: Float.self), golden.values) { #expect(abs(score - wanted) < 1e-6) }
  }

  private let one = [Float(1), 2]

  private func model(_ signature: String, attributes: String = "", shape: String? = nil, version: Int = 1) throws
    -> OperatorModel
  {
    OperatorModel(
      operation: try operatorOf("nothing", signature, attributes: attributes, shape: shape, version: version),
      inputs: [try Tensor([2], one)])
  }

  private func expect(_ status: Status, _ sentence: String, of model: OperatorModel) {
    let error = #expect(throws: FacenetError.self) { try model.run() }
    #expect(error == FacenetError(status, "\(model.operation) 'node': \(sentence) (test.onnx)"))
  }

  @Test func aFileSaysWhichVersionItUses() throws {
    var model = try model("XYn", version: 3)
    model.version = 2
    expect(
      .unsupported, "the file uses version 2 of the domain com.example, the operator is there from 3 on", of: model)
    model.version = nil
    expect(.corrupt, "the file does not say which version of the domain com.example it uses", of: model)
    for version in [3, 4] {
      model.version = version
      #expect(throws: Never.self) { try model.run() }
    }
  }

  @Test func aNodeHasTheInputsAndOutputsOfTheFunction() throws {
    var model = try model("XXYn")
    expect(.corrupt, "2 inputs wanted, got 1", of: model)
    model.inputs += [try Tensor([2], one), try Tensor([2], one)]
    expect(.corrupt, "2 inputs wanted, got 3", of: model)
    var two = try self.model("XYn")
    two.outputCount = 2
    expect(.corrupt, "1 outputs wanted, got 2", of: two)
    let whole = try self.model("SYn")
    expect(.unsupported, "input 0 is float32, it can be int64", of: whole)
  }

  @Test func aNodeHasTheAttributesOfTheFunction() throws {
    var model = try model("XYfwi", attributes: "alpha,count=3")
    expect(.corrupt, "the attribute 'alpha' is missing", of: model)
    model.attributes = ["alpha": .integer(1)]
    expect(.corrupt, "the attribute 'alpha' is an integer, wanted a float", of: model)
    model.attributes = ["alpha": .float(1), "count": .integer(1 << 31)]
    expect(
      .corrupt, "the attribute 'count' is 2147483648, the function takes -2147483648...2147483647", of: model)
    model.attributes = ["alpha": .float(1), "mode": .text("fast")]
    expect(.unsupported, "the attribute 'mode' is not supported in opset 1", of: model)
    model.attributes = ["alpha": .float(.nan)]
    #expect(throws: Never.self) { try model.run() }
  }

  @Test func shapesSufficeForWhatTheFunctionDoes() throws {
    expect(.invalidArgument, "input 0 is float32(2), its dimension 1 is wanted", of: try model("XYd0.1"))
    expect(
      .invalidArgument, "output 0 is float32(3), it begins as a copy of input 0, float32(2)",
      of: try model("Zn", shape: "[3]"))
    expect(.invalidArgument, "output 0 is float32(2), the function returns one value", of: try model("=YX"))
    expect(
      .invalidArgument, "input 0 is float32(2), one element wanted or as many as its output float32(3) has",
      of: try model("*=YX", shape: "[3]"))
    expect(
      .invalidArgument, "output 1 is int64(1), as many elements wanted as float32(2) has",
      of: try model("*XYT", shape: "=0;[1]"))
    expect(
      .tooLarge, "a tensor of shape [4294967296] is larger than the limit of 2147483648 elements",
      of: try model("XYn", shape: "[0.0*2147483648]"))
    expect(
      .invalidArgument, "its shape rule wants dimension 1 of input 0, whose shape is [2]",
      of: try model("XYn", shape: "[0.1]"))
  }

  /// 2^31 elements, none of which is touched.
  @Test func sizesFitInto32BitsWhereTheFunctionTakesThose() throws {
    let name = try operatorOf("nothing", "XwnY", shape: "[1]")
    let model = OperatorModel(operation: name, inputs: [try Tensor([2], one)])
    let node = try #require(try model.load().graph.nodes.first)
    let large = TensorType(.float32, [1 << 31])
    let operation = try #require(node.operation as? ForeignOperator)
    #expect(
      throws: FacenetError(.tooLarge, "input 0 is float32(2147483648), whose sizes do not fit into 32 bits")
    ) {
      try PreparedCall(operation, inputs: [large], outputs: [TensorType(.float32, [1])], wantedOutputs: 1)
    }
  }

  @Test func theRegistryHoldsOursToo() throws {
    #expect(OperatorTable.registry.component("ai.onnx::Conv") != nil)
    #expect(throws: FacenetError(.invalidArgument, "the operator ai.onnx::Conv is built in already")) {
      try OperatorTable.registry.requireFree("ai.onnx::Conv")
    }
  }
}
