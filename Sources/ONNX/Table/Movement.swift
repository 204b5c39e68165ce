import Core
import Graph

/// Operators that move values and compute none.
let movementOperators: [String: OperatorMaker] = [
  "Identity": { _ in Identity() },
  "Dropout": makeDropout,
]

private func makeDropout(_ node: NodeReader) throws(FacenetError) -> any Operator {
  node.ignore("ratio", "seed")
  return Identity(name: "Dropout")
}
