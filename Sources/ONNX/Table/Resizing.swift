import Core
import Graph

/// Resize, Upsample.
let resizingOperators: [String: OperatorMaker] = [:]
