import Core

/// At each position of the indices the entry at that position, but along an axis where the index says; negative ones are
/// counted from the end: ONNX `GatherElements`.
package struct GatherElements: Operator {
  package let axis: Int

  package init(axis: Int) { self.axis = axis }

  package var name: String { "GatherElements" }
  package var requiredInputs: Range<Int> { 0..<2 }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let (data, indices) = (inputs[0]!, inputs[1]!)
    let axis = try resolvedAxis(axis, rank: data.rank)
    try indices.type.element.check([.int32, .int64], "indices")
    guard indices.rank == data.rank,
      indices.shape.indices.allSatisfy({ $0 == axis || indices.shape[$0] <= data.shape[$0] })
    else { throw FacenetError(.invalidArgument, "indices \(indices.type) do not lie inside \(data.type)") }
    return [TensorType(data.type.element, indices.shape)]
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let (data, indices) = (site.inputs[0]!, site.inputs[1]!)
    let axis = try resolvedAxis(axis, rank: data.rank)
    let (limit, step, size) = (data.shape[axis], data.strides[axis], data.type.element.size)
    let isWide = indices.type.element == .int64
    // Memory 0 is the data without the axis, memory 1 the indices.
    var strides = data.strides
    strides[axis] = 0
    let nest = LoopNest(
      indices.shape, strides: [strides, indices.strides], order: Array(indices.shape.indices))
    return Kernel("gather elements") { frame throws(FacenetError) in
      let (source, target): (UnsafePointer<UInt8>, UnsafeMutablePointer<UInt8>) = (frame.input(0), frame.output(0))
      let (wide, narrow) = (frame.input(1, as: Int64.self), frame.input(1, as: Int32.self))
      var refused: Int?
      nest.forEach(above: 0) { at in
        let raw = isWide ? Int(wide[at[1]]) : Int(narrow[at[1]])
        guard raw >= -limit, raw < limit else { return refused = raw }
        let from = at[0] + (raw < 0 ? raw + limit : raw) * step
        (target + at[1] * size).update(from: source + from * size, count: size)
      }
      if let refused {
        throw FacenetError(.invalidArgument, "index \(refused) does not exist along an axis of size \(limit)")
      }
    }
  }
}
