import TestSupport

@testable import Core
@testable import Graph
@testable import ONNX

/// A node that runs, with what it runs on: where tests of broken ones start.
struct OperatorExample {
  var operation: String
  var inputs: [Tensor?]
  var attributes: [String: AttributeValue]
  var opset: Int

  init(_ operation: String, _ inputs: [Tensor?], _ attributes: [String: AttributeValue] = [:], opset: Int = 18) {
    self.operation = operation
    self.inputs = inputs
    self.attributes = attributes
    self.opset = opset
  }

  /// At least one for every operator of the table.
  static func all() throws -> [OperatorExample] {
    var dice = Dice(seed: 7)
    let image = try dice.tensor(.float32, [2, 4, 5, 6])
    return try unary(image) + binary(image, &dice) + windows(image, &dice) + normalizations(image, &dice)
      + reductions(image) + movements(image) + resizings(image)
  }

  private static func floats(_ shape: Int..., value: Float = 0.5) throws -> Tensor {
    try Tensor(shape, [Float](repeating: value, count: shape.reduce(1, *)))
  }

  private static func list(_ values: Int64...) throws -> Tensor { try Tensor([values.count], values) }

  private static func unary(_ image: Tensor) throws -> [OperatorExample] {
    let names = [
      "Relu", "LeakyRelu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Softplus", "Elu", "Celu", "Selu", "Gelu",
      "Sqrt",
      "Exp", "Log", "Erf", "Sin", "Cos", "Neg", "Abs", "Sign", "Reciprocal", "Floor", "Ceil", "Round", "Identity",
      "Softmax",
      "LogSoftmax", "LpNormalization", "Transpose", "Flatten", "Squeeze", "Shape", "Size", "GlobalAveragePool",
      "GlobalMaxPool",
    ]
    return names.map { OperatorExample($0, [image]) } + [
      .init("Softmax", [image], ["axis": .integer(2)], opset: 11), .init("Softmax", [image], ["axis": .integer(1)]),
      .init("Clip", [image, try floats(value: 0.1), try floats()]),
      .init("Clip", [image], ["max": .float(1)], opset: 7),
      .init("Cast", [image], ["to": .integer(7)]), .init("CastLike", [image, try list(1)]),
      .init("Dropout", [image, try floats(), try Tensor([], [false])]),
      .init("Transpose", [image], ["perm": .integers([0, 2, 3, 1])]),
    ]
  }

  private static func binary(_ image: Tensor, _ dice: inout Dice) throws -> [OperatorExample] {
    let row = try dice.tensor(.float32, [4, 1, 6])
    let names = [
      "Add", "Sub", "Mul", "Div", "Pow", "Min", "Max", "Sum", "Mean", "Equal", "Less", "LessOrEqual", "Greater",
      "GreaterOrEqual",
    ]
    let bytes = try dice.tensor(.uint8, [2, 4, 3])
    return names.map { OperatorExample($0, [image, row]) } + [
      .init("Sum", [image, row, image]), .init("PRelu", [image, try floats(4, 1, 1)]),
      .init("Where", [try dice.tensor(.bool, [5, 6]), image, row]),
      .init("MatMul", [image, try dice.tensor(.float32, [6, 3])]),
      .init("MatMul", [image, try dice.tensor(.float32, [4, 6, 2])]),
      .init("Gemm", [try floats(3, 5), try floats(2, 5), try floats(2)], ["transB": .integer(1), "alpha": .float(2)]),
      .init("Gemm", [try floats(5, 3), try floats(5, 2), try floats(3, 1)], ["transA": .integer(1)]),
      .init("DequantizeLinear", [bytes, try floats(4), try dice.tensor(.uint8, [4])], ["axis": .integer(1)]),
      .init(
        "DequantizeLinear", [bytes, try floats(2, 2, 3)], ["axis": .integer(1), "block_size": .integer(2)], opset: 21),
      .init("QuantizeLinear", [image, try floats(), try Tensor([], [Int8(3)])]),
    ]
  }

  private static func windows(_ image: Tensor, _ dice: inout Dice) throws -> [OperatorExample] {
    let volume = try dice.tensor(.float32, [1, 2, 3, 4, 3])
    let line = try dice.tensor(.float32, [2, 4, 9])
    let window: [String: AttributeValue] = [
      "kernel_shape": .integers([3, 2]), "strides": .integers([2, 1]), "pads": .integers([1, 0, 1, 1]),
    ]
    let conv = window.merging(["dilations": .integers([1, 2]), "group": .integer(2)]) { $1 }
    var examples = try [
      OperatorExample("Conv", [image, floats(6, 2, 3, 2), floats(6)], conv),
      .init("Conv", [image, floats(6, 4, 1, 1)]),
      .init("Conv", [line, floats(3, 4, 3)], ["auto_pad": .string("SAME_UPPER")]),
      .init("ConvTranspose", [image, floats(4, 3, 3, 2), floats(6)], conv),
      .init("ConvTranspose", [volume, floats(2, 1, 2, 2, 2)], ["output_padding": .integers([0, 0, 0])]),
      .init("ConvTranspose", [line, floats(4, 1, 3)], ["group": .integer(4), "output_shape": .integers([9])]),
    ]
    for name in ["MaxPool", "AveragePool", "LpPool"] {
      let ceil = ["ceil_mode": AttributeValue.integer(1)]
      examples.append(.init(name, [image], window.merging(ceil) { $1 }, opset: 19))
      examples.append(
        .init(name, [volume], ["kernel_shape": .integers([2, 3, 2]), "ceil_mode": .integer(1)], opset: 19))
      examples.append(.init(name, [line], ["kernel_shape": .integers([3]), "dilations": .integers([2])], opset: 19))
    }
    return examples
  }

  private static func normalizations(_ image: Tensor, _ dice: inout Dice) throws -> [OperatorExample] {
    let four = try floats(4)
    return [
      .init("BatchNormalization", [image, four, four, four, four]),
      .init("BatchNormalization", [image, four, four, four, four], ["training_mode": .integer(1)]),
      .init("InstanceNormalization", [image, four, four]),
      .init("LayerNormalization", [image, try floats(5, 6), try floats(5, 6)], ["axis": .integer(2)]),
      .init("LRN", [image], ["size": .integer(3)]),
      .init("LpNormalization", [image], ["axis": .integer(1), "p": .integer(1)]),
    ]
  }

  private static func reductions(_ image: Tensor) throws -> [OperatorExample] {
    let names = ["Mean", "Sum", "Max", "Min", "Prod", "L1", "L2", "SumSquare", "LogSum"].map { "Reduce" + $0 }
    return try names.flatMap { name in
      [
        OperatorExample(name, [image, try list(2, 3)]),
        .init(name, [image], ["axes": .integers([1]), "keepdims": .integer(0)], opset: 11),
      ]
    }
  }

  private static func movements(_ image: Tensor) throws -> [OperatorExample] {
    try [
      .init("Reshape", [image, list(0, -1, 3)]), .init("Unsqueeze", [image, list(0, 5)]),
      .init("Squeeze", [floats(1, 3, 1), list(0)]), .init("Expand", [image, list(3, 1, 1, 1, 1)]),
      .init("Tile", [image, list(1, 2, 1, 3)]), .init("Concat", [image, image, image], ["axis": .integer(1)]),
      .init("Split", [image, list(1, 3)], ["axis": .integer(1)]),
      .init("Split", [image], ["axis": .integer(3)], opset: 13),
      .init("Slice", [image, list(1, -1), list(9, 0), list(1, 3), list(2, -1)]),
      .init("Slice", [image], ["starts": .integers([1]), "ends": .integers([3])], opset: 7),
      .init("Gather", [image, list(0, -1, 2)], ["axis": .integer(2)]),
      .init("GatherElements", [floats(3, 2), Tensor([2, 2], [Int64(0), 1, -1, 0])]),
      .init("Pad", [image, list(0, 0, 1, 2, 0, 1, 1, 1)], ["mode": .string("reflect")]),
      .init("Pad", [image, list(1, -1, 0, 2), floats(), list(0, 3)]),
      .init("Constant", [], ["value": .tensor(floats(2, 2))]),
      .init("Constant", [], ["value_ints": .integers([1, 2])]),
      .init("ConstantOfShape", [list(2, 3)], ["value": .tensor(Tensor([1], [Int32(4)]))]),
      .init("Range", [Tensor([], [Int64(0)]), Tensor([], [Int64(9)]), Tensor([], [Int64(2)])]),
      .init("Range", [floats(value: 0), floats(value: 2), floats()]),
    ]
  }

  private static func resizings(_ image: Tensor) throws -> [OperatorExample] {
    let scales = try Tensor([4], [Float(1), 1, 2, 0.5])
    let words: [String: AttributeValue] = [
      "mode": .string("cubic"), "coordinate_transformation_mode": .string("align_corners"),
    ]
    let crop: [String: AttributeValue] = [
      "mode": .string("linear"), "coordinate_transformation_mode": .string("tf_crop_and_resize"),
      "axes": .integers([2, 3]),
    ]
    return [
      .init("Upsample", [image, scales], opset: 9), .init("Resize", [image, scales], opset: 10),
      .init("Resize", [image, nil, scales], words), .init("Resize", [image, nil, scales], ["antialias": .integer(1)]),
      .init("Resize", [image, try Tensor([4], [Float(0.1), 0.2, 0.8, 0.9]), nil, try list(3, 3)], crop),
      .init(
        "Resize", [image, nil, nil, try list(7, 8)],
        ["axes": .integers([2, 3]), "keep_aspect_ratio_policy": .string("not_larger")]),
    ]
  }
}
