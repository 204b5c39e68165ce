import Core
import Graph

/// A C function that is an operator of graphs, and all that is known of how to call it. Immutable: any thread.
package final class ForeignFunction: @unchecked Sendable {
  package typealias Address = @convention(c) () -> Void

  /// What an operator's author says of it, as `facenet_operator` does.
  package struct Description: Sendable, Hashable {
    package var domain: String
    package var name: String
    package var version: Int
    package var signature: String
    package var attributes: String
    /// Nil where every output is as input 0.
    package var shape: String?
    /// The operator of this domain that computes the gradients of the inputs.
    package var gradient: String?
    package var isForOneThread: Bool

    package init(
      domain: String, name: String, version: Int = 1, signature: String, attributes: String = "", shape: String? = nil,
      gradient: String? = nil, isForOneThread: Bool = false
    ) {
      (self.domain, self.name, self.version, self.signature) = (domain, name, version, signature)
      (self.attributes, self.shape, self.gradient) = (attributes, shape, gradient)
      self.isForOneThread = isForOneThread
    }
  }

  package let description: Description
  package let signature: OperatorSignature
  let attributes: [OperatorAttribute]
  let shapes: ShapeRule
  private let interface: CallInterface
  private let address: Address
  /// What the function is given for `p`.
  let component: UnsafeMutableRawPointer?
  /// Held during a call of a function that is for one thread at a time.
  private let turn: Lock<Void>?

  /// - Throws: `invalidArgument` for a text that does not follow the rules, with the place where.
  package init(_ description: Description, _ address: @escaping Address, component: UnsafeMutableRawPointer? = nil)
    throws(FacenetError)
  {
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
    turn = description.isForOneThread ? Lock(()) : nil
  }

  /// How models name it: `com.example::Blur`.
  package var qualifiedName: String { "\(description.domain)::\(description.name)" }

  /// Calls it once; see ``CallInterface/call(_:_:_:)``.
  func call(_ result: UnsafeMutableRawPointer, _ arguments: UnsafeMutablePointer<UnsafeMutableRawPointer?>) {
    guard let turn else { return interface.call(address, result, arguments) }
    turn.withLock { _ in interface.call(address, result, arguments) }
  }

  /// The error that a function says with its status.
  func failure(_ status: Int32) -> FacenetError {
    guard let status = Status(rawValue: status) else {
      return FacenetError(.pluginFailed, "\(qualifiedName) returned \(status), which is no facenet_status")
    }
    return FacenetError(status, "\(qualifiedName) failed with the status \(status)")
  }
}
