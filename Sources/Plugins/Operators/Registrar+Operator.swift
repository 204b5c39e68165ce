import CFacenet
import Core
import Glibc
import ONNX

extension Registrar {
  /// Adds an operator as its plugin describes it.
  /// - Throws: `pluginFailed` for a description that does not follow the rules.
  func add(_ name: UnsafePointer<CChar>?, _ given: facenet_operator, _ pointer: UnsafeMutableRawPointer?)
    throws(FacenetError)
  {
    guard let address = given.function else { throw broken("gives an operator without a function") }
    let description = try located { () throws(FacenetError) in try ForeignFunction.Description(name, given) }
    try add(description.qualifiedName, flags: given.flags, pointer, to: OperatorTable.registry) {
      component throws(FacenetError) in
      do throws(FacenetError) {
        return try ForeignFunction(description, address, component).definition
      } catch { throw FacenetError(.pluginFailed, "the operator \(component.name): \(error.message)") }
    }
  }
}

extension ForeignFunction.Description {
  /// - Throws: `pluginFailed` for a name or version that is none; the other texts are checked where they are parsed.
  fileprivate init(_ name: UnsafePointer<CChar>?, _ given: facenet_operator) throws(FacenetError) {
    self.name = try PluginText.identifier(name, "an operator's name")
    domain = try PluginText.domain(given.domain, "the domain of the operator \(self.name)")
    guard domain != OperatorTable.domain else {
      throw FacenetError(.pluginFailed, "the operator \(self.name) cannot be of the standard's domain \(domain)")
    }
    guard given.version >= 1 else {
      throw FacenetError(.pluginFailed, "the operator \(self.name) has the version \(given.version), 1 is the first")
    }
    version = Int(given.version)
    guard given.signature != nil else {
      throw FacenetError(.pluginFailed, "the operator \(self.name) has no signature")
    }
    signature = PluginText.message(given.signature, limit: OperatorSignature.longestText + 1)
    attributes = PluginText.message(given.attributes, limit: OperatorAttribute.longestText + 1)
    shape = given.shape.map { PluginText.message($0, limit: ShapeRule.longestText + 1) }
    gradient = given.gradient == nil ? nil : try PluginText.identifier(given.gradient, "a gradient's name")
  }
}
