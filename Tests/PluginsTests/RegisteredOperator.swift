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
  component: UnsafeMutableRawPointer? = nil, isForOneThread: Bool = false
) throws -> String {
  try operatorOf(
    #require(foreign_function_named(function)), signature, attributes: attributes, shape: shape, version: version,
    component: component, isForOneThread: isForOneThread)
}

/// Registers a function under a name that nobody has.
func operatorOf(
  _ address: ForeignFunction.Address, _ signature: String, attributes: String = "", shape: String? = nil,
  version: Int = 1, component: UnsafeMutableRawPointer? = nil, isForOneThread: Bool = false
) throws -> String {
  let name = "Operator\(registered.add(1, ordering: .relaxed).newValue)"
  let function = try ForeignFunction(
    .init(
      domain: OperatorModel.domain, name: name, version: version, signature: signature, attributes: attributes,
      shape: shape, isForOneThread: isForOneThread),
    address, component: component)
  let provider = Provider(name: "test", version: "1", licence: "MIT", file: nil)
  OperatorTable.registry.add(function.qualifiedName, function.definition, from: provider)
  return name
}
