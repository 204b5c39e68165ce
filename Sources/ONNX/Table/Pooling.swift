import Core
import Graph

/// MaxPool, AveragePool, LpPool and their global forms.
let poolingOperators: [String: OperatorMaker] = [:]
