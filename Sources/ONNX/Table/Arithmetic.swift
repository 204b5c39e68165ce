import Core
import Graph

/// Add, Sub, Mul, Div, Pow, Sqrt, Exp, Log, Neg, Abs, Min, Max.
let arithmeticOperators: [String: OperatorMaker] = [:]
