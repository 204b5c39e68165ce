import Core
import Graph

/// Gemm, MatMul.
let matrixOperators: [String: OperatorMaker] = [
  "Gemm": { node throws(FacenetError) in
    try node.check(inputs: 2...3)
    return FullyConnected(
      alpha: try node.float("alpha", default: 1), beta: try node.float("beta", default: 1),
      transposesA: try node.flag("transA", default: false), transposesB: try node.flag("transB", default: false))
  },
  "MatMul": { node throws(FacenetError) in
    try node.check(inputs: 2...2)
    return MatrixMultiplication()
  },
]
