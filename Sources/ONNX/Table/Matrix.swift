import Core
import Graph

/// Gemm, MatMul.
let matrixOperators: [String: OperatorMaker] = [:]
