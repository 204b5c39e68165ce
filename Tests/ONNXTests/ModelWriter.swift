import TestSupport

@testable import Core
@testable import Graph
@testable import ONNX

/// An ONNX file in the making; nothing of it is checked.
struct ModelWriter {
  struct Node {
    var operation: String
    var inputs: [String]
    var outputs: [String]
    var attributes: [String: AttributeValue] = [:]
  }

  /// A tensor as the file has it: its sizes need not fit its bytes.
  struct Initializer {
    var name: String
    var dataType: Int
    var sizes: [Int]
    var raw: [UInt8]
    /// Where the values are instead, by the keys of the standard.
    var external: [String: String] = [:]

    init(_ name: String, dataType: Int, sizes: [Int], raw: [UInt8]) {
      self.name = name
      self.dataType = dataType
      self.sizes = sizes
      self.raw = raw
    }

    init(_ name: String, _ tensor: Tensor) {
      self.init(name, dataType: tensor.type.element.dataType, sizes: tensor.shape, raw: Array(tensor.bytes))
    }
  }

  struct Input {
    var name: String
    var element = ElementType.float32
    var shape: [Int]?
  }

  var opset = 13
  var inputs: [Input] = []
  var initializers: [Initializer] = []
  var nodes: [Node] = []
  var outputs: [String] = []

  var bytes: [UInt8] {
    var writer = WireWriter()
    writer.integer(1, 8)
    writer.message(7) { graph in
      for node in nodes { graph.message(1) { write(node, to: &$0) } }
      graph.text(2, "graph")
      for initializer in initializers { graph.message(5) { write(initializer, to: &$0) } }
      for input in inputs { graph.message(11) { write(input, to: &$0) } }
      for output in outputs { graph.message(12) { $0.text(1, output) } }
    }
    writer.message(8) { $0.integer(2, opset) }
    return writer.bytes
  }

  private func write(_ node: Node, to writer: inout WireWriter) {
    for input in node.inputs { writer.text(1, input) }
    for output in node.outputs { writer.text(2, output) }
    writer.text(4, node.operation)
    for (name, value) in node.attributes.sorted(by: { $0.key < $1.key }) {
      writer.message(5) { write(name, value, to: &$0) }
    }
  }

  private func write(_ name: String, _ value: AttributeValue, to writer: inout WireWriter) {
    writer.text(1, name)
    switch value {
    case .float(let value): writer.float(2, value)
    case .integer(let value): writer.integer(3, value)
    case .string(let value): writer.text(4, value)
    case .tensor(let value): writer.message(5) { write(Initializer("", value), to: &$0) }
    case .floats(let values): for value in values { writer.float(7, value) }
    case .integers(let values): for value in values { writer.integer(8, value) }
    case .strings(let values): for value in values { writer.text(9, value) }
    case .unsupported: writer.message(6) { _ in }
    }
    writer.integer(20, value.attributeType)
  }

  private func write(_ initializer: Initializer, to writer: inout WireWriter) {
    for size in initializer.sizes { writer.integer(1, size) }
    writer.integer(2, initializer.dataType)
    writer.text(8, initializer.name)
    guard !initializer.external.isEmpty else { return writer.bytes(9, initializer.raw) }
    for (key, value) in initializer.external {
      writer.message(13) { entry in
        entry.text(1, key)
        entry.text(2, value)
      }
    }
    writer.integer(14, 1)
  }

  private func write(_ input: Input, to writer: inout WireWriter) {
    writer.text(1, input.name)
    writer.message(2) { type in
      type.message(1) { tensor in
        tensor.integer(1, input.element.dataType)
        guard let shape = input.shape else { return }
        tensor.message(2) { sizes in
          for size in shape { sizes.message(1) { $0.integer(1, size) } }
        }
      }
    }
  }
}

extension ModelWriter {
  /// Loads the file.
  /// - Parameter limit: bytes for folding.
  func load(limit: Int = 1 << 24) throws(FacenetError) -> Model { try loaded(bytes, limit: limit) }
}

/// Loads a model from bytes.
func loaded(_ bytes: [UInt8], limit: Int = 1 << 24) throws(FacenetError) -> Model {
  let result = bytes.withUnsafeBytes { bytes in
    Result { () throws(FacenetError) in try Model(decoding: bytes, name: "test", foldingLimit: limit) }
  }
  return try result.get()
}

extension AttributeValue {
  /// AttributeProto.AttributeType.
  fileprivate var attributeType: Int {
    switch self {
    case .float: 1
    case .integer: 2
    case .string: 3
    case .tensor: 4
    case .unsupported: 5
    case .floats: 6
    case .integers: 7
    case .strings: 8
    }
  }
}

extension ElementType {
  /// TensorProto.DataType.
  var dataType: Int {
    switch self {
    case .float32: 1
    case .uint8: 2
    case .int8: 3
    case .int32: 6
    case .int64: 7
    case .bool: 9
    }
  }
}
