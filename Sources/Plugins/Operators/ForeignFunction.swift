import CFacenet
import Core
import ONNX

/// A C function that is an operator of graphs, and all that is known of how to call it. Any thread.
final class ForeignFunction: @unchecked Sendable {
  typealias Address = @convention(c) () -> Void

  /// What an operator's author says of it, as `facenet_operator` does.
  struct Description: Sendable, Hashable {
    var domain: String
    var name: String
    var version: Int
    var signature: String
    var attributes: String
    /// Nil where every output is as input 0.
    var shape: String?
    /// The operator of this domain that computes the gradients of the inputs.
    var gradient: String?

    /// How models name it: `com.example::Blur`.
    var qualifiedName: String { "\(domain)::\(name)" }
  }

  let description: Description
  let signature: OperatorSignature
  let attributes: [OperatorAttribute]
  let shapes: ShapeRule
  let component: PluginComponent
  private let interface: CallInterface
  private let address: Address

  /// - Throws: `invalidArgument` for a text that does not follow the rules, with the place where.
  init(_ description: Description, _ address: @escaping Address, _ component: PluginComponent) throws(FacenetError) {
    self.description = description
    self.address = address
    self.component = component
    signature = try OperatorSignature(description.signature)
    attributes = try OperatorAttribute.list(description.attributes, of: signature)
    shapes =
      if let shape = description.shape {
        try ShapeRule(shape, of: signature, attributes)
      } else {
        try ShapeRule(of: signature)
      }
    interface = try CallInterface(signature)
  }

  /// Calls it once, to be done inside a call of ``component``; see ``CallInterface/call(_:_:_:)``.
  /// - Returns: its status; 0 where it has none.
  func call(_ result: UnsafeMutableRawPointer, _ arguments: UnsafeMutablePointer<UnsafeMutableRawPointer?>)
    -> facenet_status
  {
    interface.call(address, result, arguments)
    return signature.result == .status ? Int32(truncatingIfNeeded: result.load(as: Int.self)) : 0
  }

  /// How models' nodes become operators of this function.
  var definition: OperatorDefinition {
    OperatorDefinition(since: description.version) { node throws(FacenetError) in try ForeignOperator(self, node) }
  }
}
