import Kernels
import Testing

@testable import Core
@testable import Graph
@testable import ONNX

/// Small files whose weights unfold into much memory: a session's limit holds for what kernels pack as well.
@Suite struct MemoryLimitTests {
  private let x: Tensor
  private var model = ModelWriter(inputs: [.init(name: "x")], outputs: ["y"])

  init() throws {
    x = try Tensor([1, 256, 14, 14], [Float](repeating: 1, count: 256 * 196))
  }

  private func node(_ operation: String, _ inputs: [String], _ output: String) -> ModelWriter.Node {
    .init(operation: operation, inputs: inputs, outputs: [output])
  }

  private func refusal(_ inputs: [Tensor], limit: Int) throws -> FacenetError? {
    let session = try Session(model.load(limit: 1 << 30), memoryLimit: limit)
    do throws(FacenetError) {
      _ = try session.run(inputs)
      return nil
    } catch { return error }
  }

  /// Weights of 2.4 MB, from a file of some hundred bytes, take 9.4 MB when transformed for tiles of 4x4.
  @Test mutating func countsTransformedWeights() throws {
    model.initializers = [.init("s", try Tensor([4], [Int64(256), 256, 3, 3]))]
    var convolution = node("Conv", ["x", "w"], "y")
    convolution.attributes = ["pads": .integers([1, 1, 1, 1])]
    model.nodes = [node("ConstantOfShape", ["s"], "w"), convolution]
    let error = try #require(try refusal([x], limit: 8 << 20))
    #expect(error.status == .tooLarge)
    #expect(error.message.hasPrefix("Conv 'y': its packed weight float32(256,256,3,3) takes 94"), "\(error.message)")
    #expect(error.message.hasSuffix("bytes, 0 of the limit of 8388608 are taken already (test)"), "\(error.message)")
    #expect(try refusal([x], limit: 16 << 20) == nil)
  }

  /// One matrix in the file, packed once for each of its readers.
  @Test mutating func countsAllWeightsTogether() throws {
    let rows = try Tensor([256, 1024], [Float](repeating: 1, count: 256 << 10))
    model.initializers = [.init("s", try Tensor([2], [Int64(1024), 1024]))]
    model.nodes = [node("ConstantOfShape", ["s"], "w")]
    model.nodes += (0..<3).map { node("MatMul", [$0 == 0 ? "x" : "y\($0 - 1)", "w"], $0 == 2 ? "y" : "y\($0)") }
    let packed = 4 * (1024 * 1024 + 2 * 1024)
    #expect(
      try refusal([rows], limit: 3 * packed - 1)
        == FacenetError(
          .tooLarge,
          "MatMul 'y': its packed weight float32(1024,1024) takes \(packed) bytes, \(2 * packed) of the limit of "
            + "\(3 * packed - 1) are taken already (test)"))
    // Room for the weights, none for the two images that live together.
    #expect(
      try refusal([rows], limit: 3 * packed + (2 << 20) - 1)
        == FacenetError(
          .tooLarge,
          "running it takes \(2 << 20) bytes, \(3 * packed) of the limit of \(3 * packed + (2 << 20) - 1) are taken "
            + "already (test)"))
    #expect(try refusal([rows], limit: 3 * packed + (2 << 20)) == nil)
  }

  /// Every operator that packs is charged for it, whatever others of the model were packed before. Kernels of 6x6 are
  /// packed as they are.
  @Test(arguments: ["Conv", "Gemm", "MatMul", "ConvTranspose"]) mutating func chargesEveryPlan(_ operation: String)
    throws
  {
    let image = operation.hasPrefix("Conv")
    let input = try image ? x.reshaped([1, 256, 14, 14]) : x.reshaped([196, 256])
    let sizes: [Int64] = image ? [256, 256, 6, 6] : [256, 36 * 256]
    model.initializers = [.init("s", try Tensor([sizes.count], sizes))]
    model.nodes = [node("ConstantOfShape", ["s"], "w"), node(operation, ["x", "w"], "y")]
    let model = try model.load(limit: 1 << 30)
    let plan = try Session(model).plan([Operand(input.type)])
    let packed = 36 * 256 * 256 * 4
    let small = try Session(model, memoryLimit: plan.arenaBytes + plan.scratchBytes + packed)
    #expect(throws: FacenetError.self) { try small.run([input]) }
    let large = try Session(model, memoryLimit: plan.arenaBytes + plan.scratchBytes + packed + packed / 100)
    #expect(throws: Never.self) { try large.run([input]) }
  }

  /// A weight that many layers share is scaled for each of them when the model is loaded, as long as there is room.
  @Test mutating func countsWeightsThatTakeNormalisationIn() throws {
    model.initializers = [
      .init("s", try Tensor([4], [Int64(64), 64, 3, 3])), .init("two", try Tensor([1], [Float(2)])),
    ]
    model.nodes = [node("ConstantOfShape", ["s"], "w")]
    for layer in 0..<40 {
      model.nodes.append(node("Conv", ["x", "w"], "c\(layer)"))
      model.nodes.append(node("Mul", ["c\(layer)", "two"], "y\(layer)"))
    }
    model.outputs = (0..<40).map { "y\($0)" }
    let weight = 64 * 64 * 9 * 4
    for (limit, scaled) in [(16 << 20, 40), (4 << 20, (4 << 20) / weight - 1), (weight, 0)] {
      let graph = try model.load(limit: limit).graph
      #expect(graph.nodes.filter { $0.operation.name == "Mul" }.count == 40 - scaled)
    }
  }

  /// The least limit that the model runs under on an input of this shape, and what its memory takes of that.
  private func leastLimit(_ shape: [Int]) throws -> (limit: Int, memory: Int) {
    let model = try model.load(limit: 1 << 30)
    let input = try Tensor(TensorType(.float32, shape))
    let plan = try Session(model).plan([Operand(input.type)])
    var (low, high) = (0, 1 << 24)
    while high - low > 1 {
      let middle = (low + high) / 2
      let runs = (try? Session(model, memoryLimit: middle).run([input])) != nil
      (low, high) = runs ? (low, middle) : (middle, high)
    }
    return (high, plan.memoryBytes)
  }

  /// A constant image that many sums read is brought into their layout once.
  @Test mutating func countsMovedConstantsOnce() throws {
    model.initializers = [
      .init("s", try Tensor([4], [Int64(1), 16, 64, 64])),
      .init("w", try Tensor([16, 8, 1, 1], [Float](repeating: 1, count: 128))),
    ]
    model.nodes = [node("ConstantOfShape", ["s"], "k"), node("Conv", ["x", "w"], "y0")]
    model.nodes += (0..<20).map { node("Add", ["y\($0)", "k"], "y\($0 + 1)") }
    model.outputs = ["y20"]
    let (limit, memory) = try leastLimit([1, 8, 64, 64])
    let moved = 16 * 64 * 64 * 4
    #expect((memory + moved..<memory + moved + 4096).contains(limit))
  }

  @Test mutating func countsMatricesThatAreAdded() throws {
    model.initializers = [
      .init("s", try Tensor([2], [Int64(256), 256])),
      .init("w", try Tensor([2, 256], [Float](repeating: 1, count: 512))),
    ]
    var product = node("Gemm", ["x", "w", "c"], "y")
    product.attributes = ["beta": .float(0.5)]
    model.nodes = [node("ConstantOfShape", ["s"], "c"), product]
    let (limit, memory) = try leastLimit([256, 2])
    let added = 256 * 256 * 4
    #expect((memory + added..<memory + added + 8192).contains(limit))
  }

  /// What packing takes for a while: a matrix times alpha, groups made one with zeros between them.
  @Test mutating func countsWhatPackingTakes() throws {
    model.initializers = [.init("s", try Tensor([2], [Int64(256), 256]))]
    var product = node("Gemm", ["x", "w"], "y")
    product.attributes = ["alpha": .float(0.5)]
    model.nodes = [node("ConstantOfShape", ["s"], "w"), product]
    let matrix = 256 * 256 * 4
    #expect((2 * matrix..<2 * matrix + 8192).contains(try leastLimit([8, 256]).limit))

    model.initializers = [.init("s", try Tensor([4], [Int64(128), 2, 11, 11]))]
    var convolution = node("Conv", ["x", "w"], "y")
    convolution.attributes = ["group": .integer(128)]
    model.nodes = [node("ConstantOfShape", ["s"], "w"), convolution]
    let merged = Processor.kernels.registerWidth * 128 * 2 * 121 * 4
    #expect((2 * merged..<2 * merged + 8192).contains(try leastLimit([1, 256, 11, 11]).limit))
  }
}
