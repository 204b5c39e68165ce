import Core
import Graph
import ONNX
import TestSupport

/// A file with one node of a foreign domain, in the making.
struct OperatorModel {
  enum Attribute {
    case float(Float)
    case integer(Int)
    case text(String)
  }

  var domain = OperatorModel.domain
  var operation: String
  var version: Int? = 1
  var inputs: [Tensor]
  var outputCount = 1
  var attributes: [String: Attribute] = [:]

  /// What the tests register their operators in.
  static let domain = "com.example"

  /// Every shape is open, and all inputs are the graph's.
  var bytes: [UInt8] {
    var writer = WireWriter()
    writer.integer(1, 8)
    writer.message(7) { graph in
      graph.message(1) { node in
        for index in inputs.indices { node.text(1, "x\(index)") }
        for index in 0..<outputCount { node.text(2, "y\(index)") }
        node.text(3, "node")
        node.text(4, operation)
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
          node.message(5) { write(name, value, to: &$0) }
        }
        node.text(7, domain)
      }
      graph.text(2, "graph")
      for (index, input) in inputs.enumerated() {
        graph.message(11) { port in
          port.text(1, "x\(index)")
          port.message(2) { $0.message(1) { $0.integer(1, input.elementType == .int64 ? 7 : 1) } }
        }
      }
      for index in 0..<outputCount { graph.message(12) { $0.text(1, "y\(index)") } }
    }
    writer.message(8) { $0.integer(2, 17) }
    if let version {
      writer.message(8) {
        $0.text(1, domain)
        $0.integer(2, version)
      }
    }
    return writer.bytes
  }

  private func write(_ name: String, _ value: Attribute, to writer: inout WireWriter) {
    writer.text(1, name)
    switch value {
    case .float(let value):
      writer.float(2, value)
      writer.integer(20, 1)
    case .integer(let value):
      writer.integer(3, value)
      writer.integer(20, 2)
    case .text(let value):
      writer.text(4, value)
      writer.integer(20, 3)
    }
  }

  func load() throws(FacenetError) -> Model { try Model(decoding: bytes, name: "test.onnx") }

  /// The outputs of one run.
  func run() throws(FacenetError) -> [Tensor] { try Session(load()).run(inputs) }
}
