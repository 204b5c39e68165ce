import Core

/// Input 1 where the condition, input 0, holds, else input 2, shapes broadcast as numpy does: ONNX `Where`.
package struct Selection: Operator {
  package init() {}

  package var name: String { "Where" }
  package var requiredInputs: Range<Int> { 0..<3 }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let (condition, first, second) = (inputs[0]!, inputs[1]!, inputs[2]!)
    try condition.type.element.check([.bool], "the condition")
    guard first.type.element == second.type.element else {
      throw FacenetError(.invalidArgument, "\(first.type) and \(second.type) are not of one type")
    }
    return [TensorType(first.type.element, try broadcastShape([condition.shape, first.shape, second.shape]))]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    switch site.outputs[0].type.element.size {
    case 1: try kernel(site, UInt8.self)
    case 4: try kernel(site, UInt32.self)
    default: try kernel(site, UInt64.self)
    }
  }

  private func kernel<Value: Sendable>(_ site: Site, _: Value.Type) throws(FacenetError) -> Kernel {
    let output = site.outputs[0]
    let operands = try site.inputs.prefix(3).map { operand throws(FacenetError) in
      try BroadcastOperand(operand!, for: output, at: site)
    }
    let nest = LoopNest(
      output.shape, strides: operands.map(\.strides) + [output.strides],
      order: output.layout.memoryOrder(rank: output.rank))
    let pieces = nest.parts(threads: site.threads, distinct: 3)
    return Kernel(name) { frame in
      let condition: UnsafePointer<Bool> = operands[0].pointer(0, frame)
      let first: UnsafePointer<Value> = operands[1].pointer(1, frame)
      let second: UnsafePointer<Value> = operands[2].pointer(2, frame)
      let output: UnsafeMutablePointer<Value> = frame.output(0)
      pieces.run { piece in
        piece.forEachRun { start, count, step in
          for i in 0..<count {
            let at = start &+ step &* LoopNest.Steps(repeating: i)
            output[at[3]] = condition[at[0]] ? first[at[1]] : second[at[2]]
          }
        }
      }
    }
  }
}
