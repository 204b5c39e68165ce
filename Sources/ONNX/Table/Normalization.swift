import Core
import Graph

/// BatchNormalization, InstanceNormalization, LayerNormalization, LpNormalization, LRN.
let normalizationOperators: [String: OperatorMaker] = [:]
