import Core
import Graph

/// One number from all that lie along some axes.
let reductionOperators: [String: OperatorMaker] = [
  "ReduceMean": { node throws(FacenetError) in try reduce(.mean, node) },
  "ReduceSum": { node throws(FacenetError) in try reduce(.sum, node) },
  "ReduceMax": { node throws(FacenetError) in try reduce(.maximum, node) },
  "ReduceMin": { node throws(FacenetError) in try reduce(.minimum, node) },
  "ReduceProd": { node throws(FacenetError) in try reduce(.product, node) },
  "ReduceL1": { node throws(FacenetError) in try reduce(.l1, node) },
  "ReduceL2": { node throws(FacenetError) in try reduce(.l2, node) },
  "ReduceSumSquare": { node throws(FacenetError) in try reduce(.sumOfSquares, node) },
  "ReduceLogSum": { node throws(FacenetError) in try reduce(.logarithmOfSum, node) },
]

/// Axes are an attribute in old opsets and input 1 in new ones (13 for the sum, 18 for the rest).
private func reduce(_ function: Reduce.Function, _ node: NodeReader) throws(FacenetError) -> any Operator {
  Reduce(
    function, axes: try node.integers("axes"), keepsAxes: try node.flag("keepdims", default: true),
    keepsAllWithoutAxes: try node.flag("noop_with_empty_axes", default: false))
}
