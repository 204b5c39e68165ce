import Core
import Graph

/// ReduceMean, ReduceSum, ReduceMax, ReduceL2.
let reductionOperators: [String: OperatorMaker] = [:]
