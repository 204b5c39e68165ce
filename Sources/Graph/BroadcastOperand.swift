import Core

/// An operand as an operation that follows its inputs' layout reads it: a constant that lies otherwise than the output is
/// brought into the output's order of axes once.
struct BroadcastOperand: Sendable {
  /// The constant in its new order; nil where the operand is read as it is.
  let moved: Tensor?
  /// Elements to step along each axis of the output.
  let strides: [Int]

  /// - Throws: `tooLarge` when a constant's copy does not fit into the site's budget.
  init(_ operand: Operand, for output: Operand, at site: Site) throws(FacenetError) {
    guard let constant = operand.constant, output.layout == .channelsLast, operand.layout == .plain,
      operand.shape.filter({ $0 != 1 }).count > 1
    else {
      moved = nil
      strides = operand.strides(broadcastTo: output.shape)
      return
    }
    // Under the output's rank, so that its channels lie innermost whatever axes the file left out.
    let shape = [Int](repeating: 1, count: output.rank - operand.rank) + operand.shape
    moved = try site.moved.channelsLast(constant.reshaped(shape), budget: site.budget)
    let full = Operand(TensorType(operand.type.element, shape), layout: .channelsLast)
    strides = full.strides(broadcastTo: output.shape)
  }

  /// Where the operand's elements lie during a run in which it is input `index`.
  func pointer<Value>(_ index: Int, _ frame: borrowing Frame) -> UnsafePointer<Value> {
    guard let moved else { return frame.input(index) }
    return moved.bytes.baseAddress!.assumingMemoryBound(to: Value.self)
  }
}
