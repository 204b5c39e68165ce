import Core
import Graph

/// Arithmetic on numbers and between tensors.
let arithmeticOperators: [String: OperatorMaker] = [
  "Add": { node throws(FacenetError) in try binary(.add, node) },
  "Sub": { node throws(FacenetError) in try binary(.subtract, node) },
  "Mul": { node throws(FacenetError) in try binary(.multiply, node) },
  "Div": { node throws(FacenetError) in try binary(.divide, node) },
  "Pow": { _ in Power() },
  "Min": { _ in Arithmetic(.minimum) },
  "Max": { _ in Arithmetic(.maximum) },
  "Sum": { _ in Arithmetic(.add, name: "Sum") },
  "Mean": { _ in Arithmetic(.mean) },
  "Sqrt": { _ in UnaryFunction(.squareRoot) },
  "Exp": { _ in UnaryFunction(.exponential) },
  "Log": { _ in UnaryFunction(.logarithm) },
  "Erf": { _ in UnaryFunction(.errorFunction) },
  "Neg": { _ in UnaryFunction(.negative) },
  "Abs": { _ in UnaryFunction(.absolute) },
  "Sign": { _ in UnaryFunction(.sign) },
  "Reciprocal": { _ in UnaryFunction(.reciprocal) },
  "Floor": { _ in UnaryFunction(.floor) },
  "Ceil": { _ in UnaryFunction(.ceiling) },
  "Round": { _ in UnaryFunction(.round) },
]

/// Exactly two inputs, though addition itself would take more.
private func binary(_ function: Arithmetic.Function, _ node: NodeReader) throws(FacenetError) -> any Operator {
  guard node.inputCount == 2 else { throw FacenetError(.corrupt, "2 inputs wanted, got \(node.inputCount)") }
  return Arithmetic(function)
}
