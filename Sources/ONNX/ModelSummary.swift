import Core

/// What an ONNX file holds, without running it: read even where an operator is unknown.
package struct ModelSummary: Sendable {
  /// The version of the default operator domain.
  package let opset: Int
  /// Every kind of operator, `domain::Operator` outside the default domain, with the count of its nodes, by name.
  package let operators: [(name: String, count: Int)]
  /// Numbers in all floating-point and 8-bit initialisers.
  package let parameters: Int

  /// - Throws: what reading the file throws; `corrupt` for a file that is not an ONNX model.
  package init(path: String) throws(FacenetError) {
    let buffer = try File.load(path)
    do throws(FacenetError) { try self.init(UnsafeRawBufferPointer(buffer.bytes)) } catch {
      throw error.located(in: path)
    }
  }

  init(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) {
    let message = try ModelMessage(bytes)
    guard let graph = message.graph else {
      throw FacenetError(.corrupt, "this is not an ONNX model: it holds no graph")
    }
    opset = message.opsets[""] ?? 1
    var counts: [String: Int] = [:]
    for node in graph.nodes {
      counts[node.domain.isEmpty ? node.operation : "\(node.domain)::\(node.operation)", default: 0] += 1
    }
    operators = counts.sorted { $0.key < $1.key }.map { (name: $0.key, count: $0.value) }
    var parameters = 0
    for initializer in graph.initializers where initializer.isWeight {
      let (sum, overflow) = parameters.addingReportingOverflow(try initializer.count())
      guard !overflow else { throw FacenetError(.corrupt, "the initialisers are too large to count") }
      parameters = sum
    }
    self.parameters = parameters
  }
}

extension TensorMessage {
  /// Whether its values are weights rather than sizes or places.
  fileprivate var isWeight: Bool {
    switch StoredType(rawValue: dataType) {
    case .float32, .float16, .float64, .int8, .uint8: true
    default: false
    }
  }

  fileprivate func count() throws(FacenetError) -> Int {
    try checkedProduct(sizes, limit: 1 << 48, what: "tensor '\(name)'")
  }
}
