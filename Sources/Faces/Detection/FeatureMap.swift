import Core
import Graph

/// One output of a network, borrowed until its next run: row-major floats.
package struct FeatureMap {
  package let name: String
  package let shape: [Int]
  package let values: UnsafeBufferPointer<Float>

  package init(name: String, shape: [Int], values: UnsafeBufferPointer<Float>) {
    self.name = name
    self.shape = shape
    self.values = values
  }

  init(_ port: Plan.Port, _ bytes: UnsafeRawBufferPointer) throws(FacenetError) {
    guard port.type.element == .float32 else {
      throw FacenetError(.unsupported, "the output '\(port.name)' is \(port.type), floats were expected")
    }
    precondition(port.layout == .plain, "sessions hand out plain outputs")
    self.init(name: port.name, shape: port.type.shape, values: bytes.assumingMemoryBound(to: Float.self))
  }

  /// - Throws: `corrupt` unless the shape is the one the picture's size implies.
  package func expect(_ expected: [Int]) throws(FacenetError) {
    guard shape == expected else {
      throw FacenetError(.corrupt, "the output '\(name)' has the shape \(shape), expected \(expected)")
    }
  }

  package subscript(index: Int) -> Float { values[index] }
}
