import Core
import Graph

/// One attribute of a node, decoded.
enum AttributeValue: Sendable {
  case integer(Int)
  case integers([Int])
  case float(Float)
  case floats([Float])
  case string(String)
  case strings([String])
  case tensor(Tensor)
  /// A kind that no operator here takes, by its name: a graph, a sparse tensor.
  case unsupported(String)

  var kind: String {
    switch self {
    case .integer: "an integer"
    case .integers: "integers"
    case .float: "a float"
    case .floats: "floats"
    case .string: "a string"
    case .strings: "strings"
    case .tensor: "a tensor"
    case .unsupported(let kind): kind
    }
  }
}

/// One node as the file gives it, read by an entry of the operator table.
///
/// Remembers what was asked for: an attribute nobody asked for could change the result, so it is an error in the end.
/// One thread at a time.
package final class NodeReader {
  /// The operator's name in the file: `Conv`.
  package let operation: String
  /// The node's own name, or that of its first output.
  package let name: String
  /// Version of the operator set that the file declares for this operator's domain.
  package let opset: Int
  /// Inputs the node lists, left-out ones in the middle included.
  package let inputCount: Int
  package let outputCount: Int

  private let attributes: [String: AttributeValue]
  private(set) var asked: Set<String> = []

  init(
    operation: String, name: String, opset: Int, inputCount: Int = 1, outputCount: Int = 1,
    attributes: [String: AttributeValue] = [:]
  ) {
    self.operation = operation
    self.name = name
    self.opset = opset
    self.inputCount = inputCount
    self.outputCount = outputCount
    self.attributes = attributes
  }

  package func has(_ name: String) -> Bool { value(name) != nil }

  /// - Parameter fallback: the operator's default; nil when the attribute is required.
  package func integer(_ name: String, default fallback: Int?) throws(FacenetError) -> Int {
    guard let value = value(name) else { return try required(fallback, name) }
    guard case .integer(let result) = value else { throw mismatch(name, value, "an integer") }
    return result
  }

  /// An integer attribute that is 0 or 1.
  package func flag(_ name: String, default fallback: Bool) throws(FacenetError) -> Bool {
    try integer(name, default: fallback ? 1 : 0) != 0
  }

  package func integers(_ name: String) throws(FacenetError) -> [Int]? {
    guard let value = value(name) else { return nil }
    guard case .integers(let result) = value else { throw mismatch(name, value, "integers") }
    return result
  }

  package func float(_ name: String, default fallback: Float?) throws(FacenetError) -> Float {
    guard let value = value(name) else { return try required(fallback, name) }
    guard case .float(let result) = value else { throw mismatch(name, value, "a float") }
    return result
  }

  package func floats(_ name: String) throws(FacenetError) -> [Float]? {
    guard let value = value(name) else { return nil }
    guard case .floats(let result) = value else { throw mismatch(name, value, "floats") }
    return result
  }

  package func string(_ name: String, default fallback: String?) throws(FacenetError) -> String {
    guard let value = value(name) else { return try required(fallback, name) }
    guard case .string(let result) = value else { throw mismatch(name, value, "a string") }
    return result
  }

  package func tensor(_ name: String) throws(FacenetError) -> Tensor? {
    guard let value = value(name) else { return nil }
    guard case .tensor(let result) = value else { throw mismatch(name, value, "a tensor") }
    return result
  }

  /// - Throws: `corrupt` when the node lists fewer or more inputs, or more than one output.
  package func check(inputs: ClosedRange<Int>) throws(FacenetError) {
    guard inputs.contains(inputCount) else {
      let wanted = inputs.lowerBound == inputs.upperBound ? "\(inputs.lowerBound)" : "\(inputs)"
      throw FacenetError(.corrupt, "\(wanted) inputs wanted, got \(inputCount)")
    }
    guard outputCount <= 1 else { throw FacenetError(.corrupt, "1 output wanted, got \(outputCount)") }
  }

  /// Names attributes that may be present but change nothing when a network runs: the momentum of a training run.
  package func ignore(_ names: String...) { asked.formUnion(names) }

  /// - Throws: `unsupported` when the file gives an attribute that nobody asked for or ignored.
  func finish() throws(FacenetError) {
    guard let unknown = attributes.keys.filter({ !asked.contains($0) }).min() else { return }
    throw FacenetError(.unsupported, "the attribute '\(unknown)' is not supported in opset \(opset)")
  }

  private func value(_ name: String) -> AttributeValue? {
    asked.insert(name)
    return attributes[name]
  }

  private func required<Value>(_ value: Value?, _ name: String) throws(FacenetError) -> Value {
    guard let value else { throw FacenetError(.corrupt, "the attribute '\(name)' is missing") }
    return value
  }

  private func mismatch(_ name: String, _ value: AttributeValue, _ wanted: String) -> FacenetError {
    FacenetError(.corrupt, "the attribute '\(name)' is \(value.kind), wanted \(wanted)")
  }
}
