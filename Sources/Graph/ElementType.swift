/// What a tensor's elements are. Half and double precision exist in files only: they are held as `float32`.
public enum ElementType: Sendable, Hashable, CustomStringConvertible {
  /// A `Float`.
  case float32
  /// An `Int8`.
  case int8
  /// A `UInt8`.
  case uint8
  /// An `Int32`.
  case int32
  /// An `Int64`.
  case int64
  /// A `Bool`: one byte, 0 or 1.
  case bool

  /// Bytes an element.
  public var size: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float32, .int32: 4
    case .int64: 8
    }
  }

  /// As messages call it: `float32`.
  public var description: String {
    switch self {
    case .float32: "float32"
    case .int8: "int8"
    case .uint8: "uint8"
    case .int32: "int32"
    case .int64: "int64"
    case .bool: "bool"
    }
  }
}

/// A Swift type that is the element of a tensor: `Float`, `Int8`, `UInt8`, `Int32`, `Int64` and `Bool`; no others fit.
public protocol TensorElement: BitwiseCopyable, Sendable {
  /// What a tensor of such elements says of them.
  static var elementType: ElementType { get }
}

extension Float: TensorElement {
  /// `float32`.
  public static var elementType: ElementType { .float32 }
}
extension Int8: TensorElement {
  /// `int8`.
  public static var elementType: ElementType { .int8 }
}
extension UInt8: TensorElement {
  /// `uint8`.
  public static var elementType: ElementType { .uint8 }
}
extension Int32: TensorElement {
  /// `int32`.
  public static var elementType: ElementType { .int32 }
}
extension Int64: TensorElement {
  /// `int64`.
  public static var elementType: ElementType { .int64 }
}
extension Bool: TensorElement {
  /// `bool`.
  public static var elementType: ElementType { .bool }
}
