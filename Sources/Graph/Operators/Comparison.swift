import Core

/// Whether two tensors of one type compare so, element by element, shapes broadcast as numpy does: ONNX `Equal`, `Less`,
/// `LessOrEqual`, `Greater`, `GreaterOrEqual`.
package struct Comparison: Operator {
  package enum Function: Sendable, Hashable { case equal, less, lessOrEqual, greater, greaterOrEqual }

  package let function: Function

  package init(_ function: Function) { self.function = function }

  package var name: String {
    switch function {
    case .equal: "Equal"
    case .less: "Less"
    case .lessOrEqual: "LessOrEqual"
    case .greater: "Greater"
    case .greaterOrEqual: "GreaterOrEqual"
    }
  }

  package var requiredInputs: Range<Int> { 0..<2 }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let allowed = function == .equal ? ElementType.numbers.union([.bool]) : ElementType.numbers
    _ = try inputs.commonElement(allowed)
    return [TensorType(.bool, try broadcastShape([inputs[0]!.shape, inputs[1]!.shape]))]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    switch site.inputs[0]!.type.element {
    case .float32: try kernel(site, Float.self)
    case .int8: try kernel(site, Int8.self)
    case .uint8, .bool: try kernel(site, UInt8.self)
    case .int32: try kernel(site, Int32.self)
    case .int64: try kernel(site, Int64.self)
    }
  }

  private func kernel<Value: Comparable & Sendable>(_ site: Site, _: Value.Type) throws(FacenetError) -> Kernel {
    let output = site.outputs[0]
    let a = try BroadcastOperand(site.inputs[0]!, for: output, at: site)
    let b = try BroadcastOperand(site.inputs[1]!, for: output, at: site)
    let nest = LoopNest(
      output.shape, strides: [a.strides, b.strides, output.strides],
      order: output.layout.memoryOrder(rank: output.rank))
    let pieces = nest.parts(threads: site.threads, distinct: 2)
    let function = function
    return Kernel(name) { frame in
      let (x, y): (UnsafePointer<Value>, UnsafePointer<Value>) = (a.pointer(0, frame), b.pointer(1, frame))
      let output: UnsafeMutablePointer<Bool> = frame.output(0)
      pieces.run { piece in
        switch function {
        case .equal: piece.map(x, y, output) { $0 == $1 }
        case .less: piece.map(x, y, output) { $0 < $1 }
        case .lessOrEqual: piece.map(x, y, output) { $0 <= $1 }
        case .greater: piece.map(x, y, output) { $0 > $1 }
        case .greaterOrEqual: piece.map(x, y, output) { $0 >= $1 }
        }
      }
    }
  }
}
