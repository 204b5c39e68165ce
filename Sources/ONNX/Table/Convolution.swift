import Core
import Graph

/// Conv, ConvTranspose.
let convolutionOperators: [String: OperatorMaker] = [:]
