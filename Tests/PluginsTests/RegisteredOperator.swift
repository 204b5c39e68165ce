import Core
import ForeignFunctions
import ONNX
import Synchronization
import Testing

@testable import Plugins

private let registered = Atomic(0)

/// Registers a function of the test's C library under a name that nobody has.
/// - Returns: the name.
func operatorOf(
  _ function: String, _ signature: String, attributes: String = "", shape: String? = nil, version: Int = 1,
  component: UnsafeMutableRawPointer? = nil, isOneThread: Bool = false
) throws -> String {
  try operatorOf(
    #require(foreign_function_named(function)), signature, attributes: attributes, shape: shape, version: version,
    component: component, isOneThread: isOneThread)
}

/// Registers a function under a name that nobody has.
func operatorOf(
  _ address: ForeignFunction.Address, _ signature: String, attributes: String = "", shape: String? = nil,
  version: Int = 1, component: UnsafeMutableRawPointer? = nil, isOneThread: Bool = false
) throws -> String {
  let name = "Operator\(registered.add(1, ordering: .relaxed).newValue)"
  try register(
    name, address, signature, attributes: attributes, shape: shape, version: version, component: component,
    isOneThread: isOneThread)
  return name
}

/// Registers a function as an operator of the tests' domain.
func register(
  _ name: String, _ address: ForeignFunction.Address, _ signature: String, attributes: String = "",
  shape: String? = nil, version: Int = 1, component: UnsafeMutableRawPointer? = nil, isOneThread: Bool = false
) throws {
  let provider = Provider(name: "test", version: "1", licence: "MIT", file: nil)
  let description = ForeignFunction.Description(
    domain: OperatorModel.domain, name: name, version: version, signature: signature, attributes: attributes,
    shape: shape)
  let component = PluginComponent(
    kind: "operator", name: description.qualifiedName, provider: provider, pointer: component, isOneThread: isOneThread)
  let function = try ForeignFunction(description, address, component)
  OperatorTable.registry.add(description.qualifiedName, function.definition, from: provider)
}
