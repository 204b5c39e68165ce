import Core

/// Entries along an axis picked by indices, negative ones counted from the end: ONNX `Gather`.
package struct Gather: Operator {
  package let axis: Int

  package init(axis: Int) { self.axis = axis }

  package var name: String { "Gather" }
  package var requiredInputs: Range<Int> { 0..<2 }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let (data, indices) = (inputs[0]!, inputs[1]!)
    let axis = try resolvedAxis(axis, rank: data.rank)
    try indices.type.element.check([.int32, .int64], "indices")
    return [TensorType(data.type.element, data.shape[..<axis] + indices.shape + data.shape[(axis + 1)...])]
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let (data, indices) = (site.inputs[0]!, site.inputs[1]!)
    let axis = try resolvedAxis(axis, rank: data.rank)
    let (outer, size) = (data.shape[..<axis].reduce(1, *), data.shape[axis])
    let block = data.shape[(axis + 1)...].reduce(1, *) * data.type.element.size
    let (count, isWide) = (indices.type.count, indices.type.element == .int64)
    return Kernel("gather") { frame throws(FacenetError) in
      let (source, target): (UnsafePointer<UInt8>, UnsafeMutablePointer<UInt8>) = (frame.input(0), frame.output(0))
      for position in 0..<count {
        let raw = isWide ? Int(frame.input(1, as: Int64.self)[position]) : Int(frame.input(1, as: Int32.self)[position])
        guard raw >= -size, raw < size else {
          throw FacenetError(.invalidArgument, "index \(raw) does not exist along an axis of size \(size)")
        }
        let index = raw < 0 ? raw + size : raw
        for row in 0..<outer {
          (target + (row * count + position) * block).update(from: source + (row * size + index) * block, count: block)
        }
      }
    }
  }
}
