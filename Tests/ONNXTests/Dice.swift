import TestSupport

@testable import Core
@testable import Graph
@testable import ONNX

extension Dice {
  private static let extremes = [
    .min, .min + 1, -(1 << 33), -(1 << 31), -1 << 31 - 1, 1 << 20, 1 << 24, 1 << 31 - 1, 1 << 31, 1 << 33, 1 << 40,
    1 << 62,
    .max - 1, .max,
  ]

  /// Mostly what an attribute may be, now and then what none should.
  mutating func integer() -> Int { happens(20) ? one(of: Self.extremes) : below(9) - 3 }

  mutating func integers(upTo count: Int) -> [Int] { (0..<below(count + 1)).map { _ in integer() } }

  mutating func float() -> Float {
    if happens(12) { return one(of: [.nan, .infinity, -.infinity, 3e38, -3e38, 1e-38, 0, 1e10, -1e10]) }
    return Float(below(2001) - 1000) / 250
  }

  mutating func shape(upTo rank: Int) -> [Int] {
    (0..<below(rank + 1)).map { _ in happens(8) ? 0 : 1 + below(4) }
  }

  mutating func tensor(_ element: ElementType, _ shape: [Int]) throws -> Tensor {
    let count = shape.reduce(1, *)
    return switch element {
    case .float32: try Tensor(shape, (0..<count).map { _ in float() })
    case .int64: try Tensor(shape, (0..<count).map { _ in Int64(integer()) })
    case .int32: try Tensor(shape, (0..<count).map { _ in Int32(truncatingIfNeeded: integer()) })
    case .int8: try Tensor(shape, (0..<count).map { _ in Int8(truncatingIfNeeded: integer()) })
    case .uint8: try Tensor(shape, (0..<count).map { _ in UInt8(truncatingIfNeeded: integer()) })
    case .bool: try Tensor(shape, (0..<count).map { _ in happens(50) })
    }
  }
}
