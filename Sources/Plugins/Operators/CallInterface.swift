import CFFI
import Core

/// How libffi calls functions of one signature, worked out once. Immutable: any thread.
final class CallInterface: @unchecked Sendable {
  private let interface = UnsafeMutablePointer<ffi_cif>.allocate(capacity: 1)
  private let types: UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>

  /// - Throws: `internal` where libffi refuses it.
  init(_ signature: OperatorSignature) throws(FacenetError) {
    let parameters = signature.parameters
    types = .allocate(capacity: max(parameters.count, 1))
    for (index, parameter) in parameters.enumerated() { (types + index).initialize(to: Self.type(parameter.passed)) }
    interface.initialize(to: ffi_cif())
    let count = UInt32(parameters.count)
    let status = ffi_prep_cif(interface, FFI_DEFAULT_ABI, count, Self.type(signature.result), types)
    guard status == FFI_OK else {
      throw FacenetError(.internal, "libffi refuses the signature \"\(signature.text)\" with status \(status.rawValue)")
    }
  }

  deinit {
    interface.deallocate()
    types.deallocate()
  }

  /// One call.
  /// - Parameters:
  ///   - result: room for 8 bytes; whole numbers come widened to a register.
  ///   - arguments: where the value of each parameter is.
  func call(
    _ function: ForeignFunction.Address, _ result: UnsafeMutableRawPointer,
    _ arguments: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  ) {
    ffi_call(interface, function, result, arguments)
  }

  private static func type(_ result: OperatorSignature.Result) -> UnsafeMutablePointer<ffi_type> {
    switch result {
    case .nothing: facenet_ffi_void()
    case .status: facenet_ffi_int32()
    case .value(let passed): type(passed)
    }
  }

  private static func type(_ passed: OperatorSignature.Passed) -> UnsafeMutablePointer<ffi_type> {
    switch passed {
    case .pointer: facenet_ffi_pointer()
    case .int64: facenet_ffi_int64()
    case .int32: facenet_ffi_int32()
    case .float: facenet_ffi_float()
    case .double: facenet_ffi_double()
    }
  }
}
