import Core
import Graph

/// QuantizeLinear, DequantizeLinear.
let quantizationOperators: [String: OperatorMaker] = [:]
