import TestSupport
import Testing

@testable import Core
@testable import Graph
@testable import ONNX

/// Nodes whose numbers overflow, divide by zero or reach outside what they belong to.
@Suite struct HostileNodeTests {
  private func error(_ example: OperatorExample, constants: Int) -> FacenetError? {
    var dice = Dice(seed: 1)
    let (model, inputs) = example.model(constants: constants, &dice)
    do throws(FacenetError) {
      _ = try Session(try model.load(), memoryLimit: 1 << 24).run(inputs)
      return nil
    } catch { return error }
  }

  private func expectRefusal(_ operation: String, _ inputs: [Tensor?], _ attributes: [String: AttributeValue]) {
    for constants in [0, 100] {
      let example = OperatorExample(operation, inputs, attributes, opset: 21)
      #expect(error(example, constants: constants) != nil, "\(operation) \(attributes)")
    }
  }

  private func floats(_ shape: Int...) throws -> Tensor {
    try Tensor(shape, [Float](repeating: 1, count: shape.reduce(1, *)))
  }

  private func list(_ values: Int64...) throws -> Tensor { try Tensor([values.count], values) }

  @Test func refusesWindowsThatCannotBe() throws {
    let (x, w) = (try floats(1, 2, 4, 4), try floats(2, 2, 3, 3))
    let wrong: [[String: AttributeValue]] = [
      ["group": .integer(0)], ["group": .integer(-1)], ["group": .integer(.max)], ["group": .integer(.max / 2 + 1)],
      ["strides": .integers([1])], ["strides": .integers([0, 1])], ["strides": .integers([1, .max])],
      ["pads": .integers([1, 1, 1])], ["pads": .integers([-1, 0, 0, 0])], ["pads": .integers([.max, 0, .max, 0])],
      ["dilations": .integers([.max, 1])], ["dilations": .integers([1 << 29, 1])], ["dilations": .integers([0, 1])],
      ["kernel_shape": .integers([3])], ["kernel_shape": .integers([0, 0])], ["auto_pad": .string("SAME")],
    ]
    for attributes in wrong {
      expectRefusal("Conv", [x, w], attributes)
      if attributes["dilations"] == nil { expectRefusal("ConvTranspose", [x, w], attributes) }
      let kernel = attributes.merging(["kernel_shape": .integers([2, 2])]) { given, _ in given }
      if attributes["group"] == nil { expectRefusal("MaxPool", [x], kernel) }
    }
    for shape in [[.min, 4], [.max, 4], [0, 0], [4]] {
      expectRefusal("ConvTranspose", [x, w], ["output_shape": .integers(shape)])
      expectRefusal("ConvTranspose", [x, w], ["output_padding": .integers(shape.map { $0 == 0 ? -1 : $0 })])
    }
  }

  /// The pads around each of many images would be more elements than an integer counts.
  @Test func refusesPadsThatMultiply() throws {
    let x = try floats(1 << 12, 1, 1, 1)
    let w = try Tensor([1, 1, 33, 2], [Float](repeating: 1, count: 66))
    let side = 1 << 20
    expectRefusal(
      "Conv", [x, w],
      [
        "pads": .integers([side, side, side, side]), "strides": .integers([1 << 16, 1 << 16]),
        "dilations": .integers([1 << 16, 1]),
      ])
  }

  @Test func refusesAxesAndIndicesOutside() throws {
    let x = try floats(2, 3)
    for axis in [2, -3, .min, .max] {
      for (operation, inputs) in [("Gather", [x, try list(0)]), ("Concat", [x, x]), ("Softmax", [x]), ("Split", [x])] {
        expectRefusal(operation, inputs, ["axis": .integer(axis)])
      }
      expectRefusal("ReduceSum", [x, try list(Int64(axis))], [:])
      expectRefusal("Unsqueeze", [x, try list(Int64(axis) == 2 ? 3 : axis == -3 ? -4 : Int64(axis))], [:])
    }
    for index in [2, -3, Int64.min, .max] { expectRefusal("Gather", [x, try list(index)], [:]) }
    expectRefusal("Transpose", [x], ["perm": .integers([0, 0])])
    expectRefusal("Transpose", [x], ["perm": .integers([1])])
    expectRefusal("Unsqueeze", [x, try Tensor([1 << 16], (0..<1 << 16).map { Int64($0) })], [:])
  }

  @Test func refusesPartsThatDoNotFit() throws {
    let x = try floats(2, 4)
    for sizes in [[Int64.max, .max], [3, 3], [-1, 5], [4]] {
      expectRefusal("Split", [x, try Tensor([sizes.count], sizes)], ["axis": .integer(1)])
    }
    expectRefusal("Split", [x], ["num_outputs": .integer(.max)])
    expectRefusal("Slice", [x, try list(0), try list(1), try list(0), try list(0)], [:])
    expectRefusal("Slice", [x, try list(0), try list(1), try list(0), try list(.min)], [:])
    expectRefusal("Slice", [x, try list(0), try list(1, 2)], [:])
    expectRefusal("Pad", [x, try list(1, 1, 1)], [:])
    expectRefusal("Pad", [x, try list(.min, 0, 0, 0)], [:])
    expectRefusal("Pad", [x, try list(.max, .max, .max, .max)], [:])
    expectRefusal("Pad", [x, try list(-2, 0, -2, 0)], ["mode": .string("edge")])
    expectRefusal("Expand", [x, try list(.max, 2, 4)], [:])
    expectRefusal("Tile", [x, try list(.max, .max)], [:])
    expectRefusal("Reshape", [x, try list(.max, .max)], [:])
    expectRefusal("Reshape", [x, try list(.min, -1)], [:])
    expectRefusal("Range", [try list(.min), try list(.max), try list(1)], [:])
    expectRefusal("Range", [try list(0), try list(1 << 40), try list(1)], [:])
    expectRefusal("Range", [try floats(), try Tensor([], [Float.infinity]), try floats()], [:])
    expectRefusal("Range", [try floats(), try floats(), try Tensor([], [Float(0)])], [:])
  }

  @Test func refusesScalesThatAreNone() throws {
    let x = try floats(1, 1, 4, 4)
    for scale in [Float.nan, .infinity, 0, -1, 1e38, 1e-38] {
      expectRefusal("Resize", [x, nil, try Tensor([4], [1, 1, scale, 1])], [:])
    }
    for size in [Int64.min, -1, 0, 1 << 40, .max] {
      expectRefusal("Resize", [x, nil, nil, try list(1, 1, size, 4)], [:])
    }
    expectRefusal("Resize", [x, nil, try Tensor([2], [Float(1), 1])], [:])
    expectRefusal("Resize", [x, nil, try Tensor([4], [Float(1), 1, 1, 1])], ["axes": .integers([0, 1, 2, 2])])
    expectRefusal("QuantizeLinear", [x, try floats(1, 1, 1, 4)], ["block_size": .integer(.max)])
    expectRefusal("QuantizeLinear", [x, try floats(1, 1, 1, 4)], ["block_size": .integer(.min)])
    expectRefusal("LRN", [x], ["size": .integer(0)])
    expectRefusal("LpPool", [x], ["kernel_shape": .integers([2, 2]), "p": .integer(0)])
  }

  /// Sampling that asks for nowhere, on images of nothing: there is an answer, and it is not a trap.
  @Test func resizesFromNowhere() throws {
    let (x, sizes) = (try floats(1, 1, 2, 3), try list(3, 5))
    let crop: [String: AttributeValue] = [
      "mode": .string("cubic"), "coordinate_transformation_mode": .string("tf_crop_and_resize"),
      "axes": .integers([2, 3]),
    ]
    for place in [Float.nan, .infinity, -.infinity, 3e38] {
      let region = try Tensor([4], [place, 0, place, 1])
      #expect(error(.init("Resize", [x, region, nil, sizes], crop), constants: 100) == nil)
    }
    let align = ["coordinate_transformation_mode": AttributeValue.string("align_corners")]
    let nearlyOne = try Tensor([4], [1, 1, Float(0.5).nextUp, 1])
    #expect(error(.init("Resize", [x, nil, nearlyOne], align), constants: 100) == nil)
    let nothing = try Tensor([1, 1, 2, 0], [Float]())
    #expect(error(.init("Resize", [nothing, nil, nil, try list(5)], ["axes": .integers([2])]), constants: 0) == nil)
    // Each axis alone is small; one grown before the others shrink is not.
    let wide = try Tensor([1, 1, 1, 1 << 8, 1 << 8], [Float](repeating: 0, count: 1 << 16))
    expectRefusal("Resize", [wide, nil, nil, try list(1 << 12, 1 << 10, 1, 1, 1)], [:])
  }

  @Test func castsWhatNoIntegerHolds() throws {
    let x = try Tensor([4], [Float.nan, .infinity, -.infinity, 1e30])
    for type in [2, 3, 6, 7, 9, 10] {
      for constants in [0, 100] {
        #expect(error(.init("Cast", [x], ["to": .integer(type)]), constants: constants) == nil)
      }
    }
    for zero in [try Tensor([], [Int8(-128)]), try Tensor([], [UInt8(255)])] {
      for scale in [Float(0), .nan, 1e-38, .infinity] {
        let example = OperatorExample("QuantizeLinear", [x, try Tensor([], [scale]), zero])
        #expect(error(example, constants: 0) == nil)
      }
    }
    let (least, minusOne) = (try Tensor([1], [Int64.min]), try Tensor([1], [Int64(-1)]))
    #expect(error(.init("Div", [least, minusOne]), constants: 0) == nil)
    #expect(error(.init("Div", [least, try Tensor([1], [Int64(0)])]), constants: 0) != nil)
    #expect(error(.init("Pow", [least, minusOne]), constants: 0) == nil)
    #expect(error(.init("Neg", [least]), constants: 0) == nil)
    #expect(error(.init("Abs", [least]), constants: 0) == nil)
  }

  /// Normalisation is folded into weights before anybody has looked at the types.
  @Test func refusesABiasOfIntegersBeforeItIsScaled() throws {
    var model = ModelWriter(inputs: [.init(name: "x")], outputs: ["y"])
    model.initializers = [
      .init("w", try floats(1, 1, 1, 1)), .init("b", try list(1)), .init("two", try Tensor([1], [Float(2)])),
    ]
    for (operation, weights) in [("Conv", "w"), ("ConvTranspose", "w"), ("Gemm", "g")] {
      model.initializers.append(.init(weights == "g" ? "g" : "unused-\(operation)", try floats(1, 1)))
      model.nodes = [
        .init(operation: operation, inputs: ["x", weights, "b"], outputs: ["c"]),
        .init(operation: "Mul", inputs: ["c", "two"], outputs: ["y"]),
      ]
      #expect(throws: FacenetError.self, "\(operation)") { try model.load() }
    }
  }
}
