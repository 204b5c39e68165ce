import Core

/// Element type and logical shape, axes in the order of the model's file: (N, C, H, W) for images.
package struct TensorType: Sendable, Hashable, CustomStringConvertible {
  package var element: ElementType
  package var shape: [Int]

  package init(_ element: ElementType, _ shape: [Int]) {
    self.element = element
    self.shape = shape
  }

  /// The most axes that a tensor may have: `facenet_tensor` promises no more.
  package static let rankLimit = 8
  /// The most elements that a tensor may have, an axis of size 0 not counted: no product of sizes of two tensors overflows.
  package static let elementLimit = 1 << 31

  /// Elements in all. A shape that passed ``checked(_:_:)`` cannot overflow.
  package var count: Int { shape.reduce(1, *) }
  package var byteCount: Int { count * element.size }
  package var description: String { "\(element)(\(shape.map(String.init).joined(separator: ",")))" }

  /// A type that keeps the limits, so that the product of any of its sizes is representable.
  ///
  /// Sizes beside an axis of size 0 are bounded too: strides and counts of single axes are made of them.
  /// - Throws: `tooLarge` above ``rankLimit`` or ``elementLimit``, `invalidArgument` for a negative size.
  package static func checked(_ element: ElementType, _ shape: [Int]) throws(FacenetError) -> TensorType {
    guard shape.count <= rankLimit else {
      throw FacenetError(.tooLarge, "a tensor of rank \(shape.count) exceeds the limit of \(rankLimit) axes")
    }
    _ = try checkedProduct(shape.lazy.filter { $0 != 0 }, limit: elementLimit, what: "a tensor of shape \(shape)")
    return TensorType(element, shape)
  }
}

/// Where the channel axis lies in memory. Logical shapes do not depend on it.
package enum Layout: Sendable, Hashable {
  /// Row-major in logical order; NCHW for images.
  case plain
  /// Axis 1 innermost, the others in order; NHWC for images. Rank 3 and more.
  case channelsLast

  /// Elements to step along each logical axis of a dense tensor.
  package func strides(of shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    var step = 1
    for axis in memoryOrder(rank: shape.count).reversed() {
      strides[axis] = step
      step *= max(1, shape[axis])
    }
    return strides
  }

  /// Logical axes from outermost to innermost in memory.
  package func memoryOrder(rank: Int) -> [Int] {
    guard self == .channelsLast, rank > 2 else { return Array(0..<rank) }
    return [0] + Array(2..<rank) + [1]
  }
}
