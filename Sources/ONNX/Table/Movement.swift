import Core
import Graph

/// Operators that move values without computing: shapes, order, parts, constants, types.
let movementOperators: [String: OperatorMaker] = [
  "Identity": { _ in Identity() },
  "Dropout": { node throws(FacenetError) in
    node.ignore("ratio", "seed")
    return Dropout(mask: node.opset < 10 ? nil : .bool)
  },
  "Reshape": { node throws(FacenetError) in
    Reshape(.shape(allowsZero: try node.flag("allowzero", default: false)))
  },
  "Flatten": { node throws(FacenetError) in Reshape(.flatten(axis: try node.integer("axis", default: 1))) },
  "Squeeze": { node throws(FacenetError) in Reshape(.squeeze(try node.integers("axes"))) },
  "Unsqueeze": { node throws(FacenetError) in Reshape(.unsqueeze(try node.integers("axes"))) },
  "Transpose": { node throws(FacenetError) in Transpose(order: try node.integers("perm")) },
  "Expand": { _ in Expand() },
  "Tile": { _ in Expand(repeats: true) },
  "Concat": { node throws(FacenetError) in Concatenation(axis: try node.integer("axis", default: nil)) },
  "Split": { node throws(FacenetError) in
    let count = try node.integer("num_outputs", default: node.outputCount)
    guard count == node.outputCount else {
      throw FacenetError(.corrupt, "num_outputs is \(count), but the node has \(node.outputCount) outputs")
    }
    return Split(axis: try node.integer("axis", default: 0), sizes: try node.integers("split"), count: count)
  },
  "Slice": { node throws(FacenetError) in
    guard let starts = try node.integers("starts"), let ends = try node.integers("ends") else { return Slice(nil) }
    return Slice(.init(starts: starts, ends: ends, axes: try node.integers("axes")))
  },
  "Gather": { node throws(FacenetError) in Gather(axis: try node.integer("axis", default: 0)) },
  "GatherElements": { node throws(FacenetError) in GatherElements(axis: try node.integer("axis", default: 0)) },
  "Where": { _ in Selection() },
  "Pad": { node throws(FacenetError) in
    let modes: [String: Pad.Mode] = ["constant": .constant, "reflect": .reflect, "edge": .edge, "wrap": .wrap]
    let word = try node.string("mode", default: "constant")
    guard let mode = modes[word] else { throw FacenetError(.unsupported, "mode '\(word)'") }
    return Pad(mode: mode, widths: try node.integers("pads"), value: try node.float("value", default: 0))
  },
  "Shape": { node throws(FacenetError) in
    ShapeOf(
      .axes(
        start: try node.integer("start", default: 0),
        end: node.has("end") ? try node.integer("end", default: nil) : nil))
  },
  "Size": { _ in ShapeOf(.count) },
  "Cast": { node throws(FacenetError) in
    node.ignore("saturate")
    let stored = try StoredType(node.integer("to", default: nil))
    return Cast(to: stored.element, roundsToHalf: stored == .float16)
  },
  "CastLike": { node throws(FacenetError) in
    node.ignore("saturate")
    return Cast(to: nil)
  },
  "Range": { _ in NumberRange() },
  "Constant": constant,
  "ConstantOfShape": { node throws(FacenetError) in
    let zero = try Tensor([1], [Float(0)])
    return try ConstantOfShape(value: node.tensor("value") ?? zero)
  },
]

private func constant(_ node: NodeReader) throws(FacenetError) -> any Operator {
  if let tensor = try node.tensor("value") { return Constant(tensor) }
  if let values = try node.floats("value_floats") { return Constant(try Tensor([values.count], values)) }
  if let values = try node.integers("value_ints") {
    return Constant(try Tensor([values.count], values.map(Int64.init)))
  }
  if node.has("value_float") { return Constant(try Tensor([], [try node.float("value_float", default: nil)])) }
  return Constant(try Tensor([], [Int64(try node.integer("value_int", default: nil))]))
}
