import TestSupport

@testable import Core
@testable import Graph
@testable import ONNX

/// Networks with the layers of the real ones and few channels, for images of any batch and size.
enum SmallNetworks {
  /// As FaceNet: strided and plain 3x3 layers, branches that are concatenated and added, a pool, one vector an image.
  static func embedder() throws -> Model {
    var network = Layers(seed: 3)
    var x = try network.convolution("x", 3, 16, kernel: 3, stride: 2)
    x = try network.convolution(x, 16, 32, kernel: 3)
    x = network.node("MaxPool", [x], ["kernel_shape": .integers([3, 3]), "strides": .integers([2, 2])])
    let one = try network.convolution(x, 32, 16, kernel: 1)
    let three = try network.convolution(try network.convolution(x, 32, 16, kernel: 1), 16, 16, kernel: 3)
    let both = network.node("Concat", [one, three], ["axis": .integer(1)])
    x = network.node("Relu", [network.node("Add", [x, both])])
    x = network.node("Flatten", [network.node("GlobalAveragePool", [x])])
    return try network.model(outputs: [network.node("MatMul", [x, try network.constant([32, 8])])])
  }

  /// As SCRFD and RetinaFace: depthwise and pointwise layers, the coarse image added to the fine one, rows of scores.
  static func detector() throws -> Model {
    var network = Layers(seed: 4)
    var fine = try network.convolution("x", 3, 16, kernel: 3, stride: 2)
    fine = try network.convolution(fine, 16, 16, kernel: 3, groups: 16)
    fine = try network.convolution(fine, 16, 24, kernel: 1)
    var coarse = try network.convolution(fine, 24, 24, kernel: 3, stride: 2, groups: 24)
    coarse = try network.convolution(coarse, 24, 24, kernel: 1)
    let sizes = network.node("Shape", [fine])
    let wide = network.node("Resize", [coarse, "", "", sizes], ["mode": .string("nearest")])
    fine = try network.convolution(network.node("Add", [fine, wide]), 24, 24, kernel: 3)
    let outputs = try [fine, coarse].map { image in
      let head = try network.convolution(image, 24, 4, kernel: 3)
      let rows = network.node("Transpose", [head], ["perm": .integers([0, 2, 3, 1])])
      let shape = network.constant(try Tensor([3], [Int64(0), -1, 2]))
      return network.node("Sigmoid", [network.node("Reshape", [rows, shape])])
    }
    return try network.model(outputs: outputs)
  }
}

/// A network in the making.
private struct Layers {
  private var writer = ModelWriter(inputs: [.init(name: "x")])
  private var dice: Dice

  init(seed: UInt64) { dice = Dice(seed: seed) }

  mutating func node(_ operation: String, _ inputs: [String], _ attributes: [String: AttributeValue] = [:]) -> String {
    let output = "v\(writer.nodes.count)"
    writer.nodes.append(.init(operation: operation, inputs: inputs, outputs: [output], attributes: attributes))
    return output
  }

  mutating func constant(_ tensor: Tensor) -> String {
    let name = "w\(writer.initializers.count)"
    writer.initializers.append(.init(name, tensor))
    return name
  }

  mutating func constant(_ shape: [Int]) throws -> String {
    constant(try Tensor(shape, (0..<shape.reduce(1, *)).map { _ in Float(dice.below(201) - 100) / 400 }))
  }

  /// Padded so that its stride alone makes the image smaller, then ReLU.
  mutating func convolution(_ x: String, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1)
    throws -> String
  {
    let weights = try constant([outputs, inputs / groups, kernel, kernel])
    let attributes: [String: AttributeValue] = [
      "strides": .integers([stride, stride]), "group": .integer(groups),
      "pads": .integers([Int](repeating: kernel / 2, count: 4)),
    ]
    return node("Relu", [node("Conv", [x, weights, try constant([outputs])], attributes)])
  }

  mutating func model(outputs: [String]) throws -> Model {
    writer.outputs = outputs
    return try writer.load()
  }
}
