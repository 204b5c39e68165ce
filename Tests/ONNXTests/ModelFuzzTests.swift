import TestSupport
import Testing

@testable import Core
@testable import Graph
@testable import ONNX

/// Files that were right before something in them was changed: an error is an answer, a trap is not.
@Suite struct ModelFuzzTests {
  private static let memory = 1 << 22

  private struct Seed {
    let bytes: [UInt8]
    let inputs: [Tensor]
  }

  @Test func survivesChangedFiles() throws {
    var dice = Dice(seed: 11)
    let seeds = try examples(&dice) + (try cases())
    let donors = seeds + (try networks())
    var (loads, runs) = (0, 0)
    for trial in 0..<6000 {
      let seed = seeds[trial % seeds.count]
      let bytes = dice.mutated(seed.bytes, donor: dice.one(of: donors).bytes)
      guard let model = try? loaded(bytes, limit: Self.memory) else { continue }
      loads += 1
      if try survives(model, seed.inputs, &dice) { runs += 1 }
    }
    #expect(loads > 500 && runs > 200, "the files must be good enough for some of them to run")
  }

  @Test func survivesChangedNetworks() throws {
    var dice = Dice(seed: 12)
    let networks = try networks()
    for trial in 0..<networks.count * 20 {
      let seed = networks[trial % networks.count]
      let bytes = dice.mutated(seed.bytes, donor: dice.one(of: networks).bytes)
      guard let model = try? loaded(bytes, limit: Self.memory) else { continue }
      _ = try survives(model, seed.inputs, &dice)
    }
  }

  @Test func survivesRandomBytes() {
    var dice = Dice(seed: 13)
    for length in 0..<2000 {
      let bytes = dice.bytes(length % 400)
      #expect(throws: FacenetError.self) { try loaded(bytes) }
    }
  }

  /// Whether the model ran: on what it was made for, or on small tensors as it declares them now.
  private func survives(_ model: Model, _ inputs: [Tensor], _ dice: inout Dice) throws -> Bool {
    var given = inputs
    if inputs.count != model.graph.inputs.count || dice.happens(30) {
      given = []
      for input in model.graph.inputs {
        var shape: [Int] = []
        for size in input.shape ?? [2, 3] { shape.append(size ?? 1 + dice.below(3)) }
        guard let type = try? TensorType.checked(input.element, shape), type.count <= 1 << 16 else { return false }
        given.append(try dice.tensor(input.element, shape))
      }
    }
    let session = try Session(model, threads: 1 + dice.below(2), memoryLimit: Self.memory)
    return (try? session.run(given)) != nil
  }

  private func examples(_ dice: inout Dice) throws -> [Seed] {
    try OperatorExample.all().map { example in
      let (model, inputs) = example.model(constants: 50, &dice)
      return Seed(bytes: model.bytes, inputs: inputs)
    }
  }

  /// The standard's own cases, where they are present.
  private func cases() throws -> [Seed] {
    guard let folder = Conformance.folder else { return [] }
    return try Conformance.cases(in: folder).filter { $0.reason.isEmpty && $0.name.hasPrefix("test_") }.compactMap {
      let bytes = try File.read("\(folder)/\($0.name)/model.onnx")
      let inputs = try Conformance.tensors("\(folder)/\($0.name)/input_")
      return inputs.contains { $0.count > 1 << 12 } ? nil : Seed(bytes: bytes, inputs: inputs)
    }
  }

  /// Whole networks: one of our own, and where they are present the standard's and a detector.
  private func networks() throws -> [Seed] {
    var networks = [
      Seed(bytes: try Self.network().bytes, inputs: [try Tensor([1, 3, 8, 8], [Float](repeating: 1, count: 192))])
    ]
    var paths: [String] = []
    if let folder = Conformance.folder {
      paths += ["alexnet", "squeezenet"].map { "\(folder)/light_\($0)/model.onnx" }
    }
    if let path = SharedData.path("models/yunet/yunet_n_dynamic.onnx") { paths.append(path) }
    for path in paths {
      if let bytes = try? File.read(path) { networks.append(Seed(bytes: bytes, inputs: [])) }
    }
    return networks
  }

  /// Convolutions with what is fused into them, a residual, pooling and a matrix product.
  private static func network() throws -> ModelWriter {
    var dice = Dice(seed: 3)
    var model = ModelWriter()
    model.inputs = [.init(name: "x", shape: [0, 3, 8, 8])]
    let shapes = [
      "w0": [8, 3, 3, 3], "w1": [8, 1, 3, 3], "w2": [8, 8, 1, 1], "b": [8], "slope": [8, 1, 1], "w3": [5, 8],
      "scale": [1],
    ]
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      model.initializers.append(.init(name, try dice.tensor(.float32, shape)))
    }
    let pads = ["pads": AttributeValue.integers([1, 1, 1, 1])]
    model.nodes = [
      .init(operation: "Conv", inputs: ["x", "w0", "b"], outputs: ["c0"], attributes: pads),
      .init(operation: "BatchNormalization", inputs: ["c0", "b", "b", "b", "b"], outputs: ["n0"]),
      .init(operation: "PRelu", inputs: ["n0", "slope"], outputs: ["a0"]),
      .init(
        operation: "Conv", inputs: ["a0", "w1"], outputs: ["c1"],
        attributes: pads.merging(["group": .integer(8)]) { $1 }),
      .init(operation: "Mul", inputs: ["c1", "scale"], outputs: ["m1"]),
      .init(operation: "Conv", inputs: ["m1", "w2"], outputs: ["c2"]),
      .init(operation: "Add", inputs: ["c2", "a0"], outputs: ["s2"]),
      .init(operation: "Relu", inputs: ["s2"], outputs: ["r2"]),
      .init(operation: "MaxPool", inputs: ["r2"], outputs: ["p2"], attributes: ["kernel_shape": .integers([2, 2])]),
      .init(operation: "GlobalAveragePool", inputs: ["p2"], outputs: ["g"]),
      .init(operation: "Flatten", inputs: ["g"], outputs: ["f"]),
      .init(operation: "Gemm", inputs: ["f", "w3"], outputs: ["y"], attributes: ["transB": .integer(1)]),
    ]
    model.outputs = ["y"]
    return model
  }
}
