import CFacenet
import Core
import Graph

/// The caller's tensors where they lie, checked.
/// - Throws: `invalidArgument` or `tooLarge`, naming the input.
func sessionInputs(_ inputs: UnsafeBufferPointer<facenet_tensor>) throws(FacenetError) -> [Session.Input] {
  var checked: [Session.Input] = []
  for (index, input) in inputs.enumerated() {
    do throws(FacenetError) { checked.append(try Session.Input(input)) } catch {
      throw error.located(in: "inputs[\(index)]")
    }
  }
  return checked
}

extension Session.Input {
  init(_ tensor: facenet_tensor) throws(FacenetError) {
    guard let element = ElementType(code: tensor.type) else {
      throw FacenetError(.invalidArgument, "type is \(tensor.type), which is no facenet_element_type")
    }
    guard tensor.rank <= TensorType.rankLimit else {
      throw FacenetError(.invalidArgument, "rank is \(tensor.rank), expected at most \(TensorType.rankLimit)")
    }
    let shape = try elements(tensor.shape, Int(tensor.rank), "shape")
    guard shape.allSatisfy({ $0 >= 0 }) else { throw FacenetError(.tooLarge, "a size of the shape exceeds 2^63") }
    let type = try TensorType.checked(element, Array(shape))
    let values = tensor.values?.assumingMemoryBound(to: UInt8.self)
    let bytes = UnsafeRawBufferPointer(try elements(values, type.byteCount, "values"))
    guard element != .bool || bytes.allSatisfy({ $0 <= 1 }) else {
      throw FacenetError(.invalidArgument, "a bool is neither 0 nor 1")
    }
    self.init(type, bytes)
  }
}

extension ElementType {
  private static let codes: [ElementType] = [.float32, .int8, .uint8, .int32, .int64, .bool]

  /// The element type that a `facenet_element_type` stands for.
  init?(code: facenet_element_type) {
    guard code >= 1, code <= Self.codes.count else { return nil }
    self = Self.codes[Int(code) - 1]
  }

  /// The `facenet_element_type` that stands for this one.
  var code: facenet_element_type {
    switch self {
    case .float32: facenet_element_type(FACENET_FLOAT32)
    case .int8: facenet_element_type(FACENET_INT8)
    case .uint8: facenet_element_type(FACENET_UINT8)
    case .int32: facenet_element_type(FACENET_INT32)
    case .int64: facenet_element_type(FACENET_INT64)
    case .bool: facenet_element_type(FACENET_BOOL)
    }
  }
}
