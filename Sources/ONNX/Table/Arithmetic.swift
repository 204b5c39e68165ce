import Core
import Graph

/// Arithmetic on numbers, arithmetic and comparison between tensors.
let arithmeticOperators: [String: OperatorMaker] = [
  "Add": { node throws(FacenetError) in try binary(.add, node) },
  "Sub": { node throws(FacenetError) in try binary(.subtract, node) },
  "Mul": { node throws(FacenetError) in try binary(.multiply, node) },
  "Div": { node throws(FacenetError) in try binary(.divide, node) },
  "Pow": { _ in Power() },
  "Min": { node throws(FacenetError) in try variadic(.minimum, node) },
  "Max": { node throws(FacenetError) in try variadic(.maximum, node) },
  "Sum": { node throws(FacenetError) in try variadic(.add, node, name: "Sum") },
  "Mean": { node throws(FacenetError) in try variadic(.mean, node) },
  "Equal": { _ in Comparison(.equal) },
  "Less": { _ in Comparison(.less) },
  "LessOrEqual": { _ in Comparison(.lessOrEqual) },
  "Greater": { _ in Comparison(.greater) },
  "GreaterOrEqual": { _ in Comparison(.greaterOrEqual) },
  "Sqrt": { _ in UnaryFunction(.squareRoot) },
  "Exp": { _ in UnaryFunction(.exponential) },
  "Log": { _ in UnaryFunction(.logarithm) },
  "Erf": { _ in UnaryFunction(.errorFunction) },
  "Sin": { _ in UnaryFunction(.sine) },
  "Cos": { _ in UnaryFunction(.cosine) },
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
  try node.check(inputs: 2...2)
  return Arithmetic(function)
}

private func variadic(_ function: Arithmetic.Function, _ node: NodeReader, name: String? = nil) throws(FacenetError)
  -> any Operator
{
  try node.check(inputs: 1...1 << 10)
  return Arithmetic(function, operandCount: node.inputCount, name: name)
}
