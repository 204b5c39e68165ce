/// What a tensor's elements are. Half and double precision exist in files only: they are held as `float32`.
package enum ElementType: Sendable, Hashable, CustomStringConvertible {
  case float32, int8, uint8, int32, int64, bool

  /// Bytes an element.
  package var size: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float32, .int32: 4
    case .int64: 8
    }
  }

  package var description: String {
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

/// A Swift type that is the element of a tensor. `Bool` is stored as one byte, 0 or 1.
package protocol Element: Sendable {
  static var elementType: ElementType { get }
}

extension Float: Element { package static var elementType: ElementType { .float32 } }
extension Int8: Element { package static var elementType: ElementType { .int8 } }
extension UInt8: Element { package static var elementType: ElementType { .uint8 } }
extension Int32: Element { package static var elementType: ElementType { .int32 } }
extension Int64: Element { package static var elementType: ElementType { .int64 } }
extension Bool: Element { package static var elementType: ElementType { .bool } }
