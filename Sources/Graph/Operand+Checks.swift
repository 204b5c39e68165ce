import Core

extension [Operand?] {
  /// The input at a position that a node may leave out.
  func optional(_ index: Int) -> Operand? { index < count ? self[index] : nil }

  /// The element type of all inputs.
  /// - Throws: `unsupported` when they differ or are not one of `allowed`.
  func commonElement(_ allowed: Set<ElementType>) throws(FacenetError) -> ElementType {
    let elements = compactMap { $0?.type.element }
    guard let first = elements.first, elements.allSatisfy({ $0 == first }) else {
      let types = elements.map(\.description).joined(separator: ", ")
      throw FacenetError(.unsupported, "its inputs must be of one type, got \(types)")
    }
    try first.check(allowed, "input 0")
    return first
  }
}

extension ElementType {
  static let numbers: Set<ElementType> = [.float32, .int8, .uint8, .int32, .int64]

  /// - Throws: `unsupported` when it is not one of `allowed`.
  func check(_ allowed: Set<ElementType>, _ what: String) throws(FacenetError) {
    guard !allowed.contains(self) else { return }
    let wanted = allowed.map(\.description).sorted().joined(separator: ", ")
    throw FacenetError(.unsupported, "\(what) is \(self), it can be \(wanted)")
  }
}

extension Operand {
  /// - Throws: `unsupported` unless the elements are float32.
  func checkFloat(_ what: String) throws(FacenetError) { try type.element.check([.float32], what) }

  /// - Throws: `invalidArgument` unless it is float32 of exactly this shape.
  func checkFloat(_ what: String, shape: [Int]) throws(FacenetError) {
    let wanted = TensorType(.float32, shape)
    guard type == wanted else { throw FacenetError(.invalidArgument, "\(what) is \(type), wanted \(wanted)") }
  }

  /// Batch and channels, then at least `spatial` axes.
  func checkImage(spatial: Int = 1) throws(FacenetError) {
    guard rank >= 2 + spatial else {
      throw FacenetError(.invalidArgument, "its input is \(type), wanted rank \(2 + spatial) or more")
    }
  }
}

/// The axis counted from the first where a file may count from the last.
/// - Parameter allowsEnd: whether the position after the last axis is one, as where a shape is cut in two.
/// - Throws: `invalidArgument` when there is no such axis.
func resolvedAxis(_ axis: Int, rank: Int, allowsEnd: Bool = false) throws(FacenetError) -> Int {
  guard axis >= -rank, axis < rank || allowsEnd && axis == rank else {
    throw FacenetError(.invalidArgument, "axis \(axis) does not exist in a tensor of rank \(rank)")
  }
  return axis < 0 ? axis + rank : axis
}

/// All axes counted from the first, in ascending order.
/// - Throws: `invalidArgument` for one that does not exist or is named twice.
func resolvedAxes(_ axes: [Int], rank: Int) throws(FacenetError) -> [Int] {
  var result: Set<Int> = []
  for axis in axes {
    guard result.insert(try resolvedAxis(axis, rank: rank)).inserted else {
      throw FacenetError(.invalidArgument, "axis \(axis) is named twice in \(axes)")
    }
  }
  return result.sorted()
}

/// The shape that all shapes are repeated to, sizes of 1 stretched, missing first axes taken as 1.
/// - Throws: `invalidArgument` when two sizes differ and neither is 1.
package func broadcastShape(_ shapes: [[Int]]) throws(FacenetError) -> [Int] {
  let rank = shapes.reduce(0) { max($0, $1.count) }
  var result = [Int](repeating: 1, count: rank)
  for shape in shapes {
    for (axis, size) in zip((rank - shape.count)..., shape) where size != 1 {
      guard result[axis] == 1 || result[axis] == size else {
        let list = shapes.map { "\($0)" }.joined(separator: " and ")
        throw FacenetError(.invalidArgument, "shapes \(list) cannot be broadcast together")
      }
      result[axis] = size
    }
  }
  return result
}

extension Operand {
  /// Elements to step along each axis of the shape it is repeated to; 0 repeats.
  func strides(broadcastTo shape: [Int]) -> [Int] {
    let own = zip(self.shape, strides).map { $0 == 1 ? 0 : $1 }
    return [Int](repeating: 0, count: shape.count - rank) + own
  }
}
