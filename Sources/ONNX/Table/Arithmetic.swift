import Core
import Graph

/// Functions of two numbers or more, broadcast.
let arithmeticOperators: [String: OperatorMaker] = [
  "Add": { _ in Arithmetic(.add) },
  "Sub": { _ in Arithmetic(.subtract) },
  "Mul": { _ in Arithmetic(.multiply) },
  "Div": { _ in Arithmetic(.divide) },
  "Pow": { _ in Power() },
  "Min": { _ in Arithmetic(.minimum) },
  "Max": { _ in Arithmetic(.maximum) },
  "Sum": { _ in Arithmetic(.add, name: "Sum") },
  "Mean": { _ in Arithmetic(.mean) },
]
