import Core
import Graph

/// Relu, PRelu, LeakyRelu, Clip, Sigmoid, HardSigmoid, HardSwish, Tanh, Softmax, Erf, Gelu.
let activationOperators: [String: OperatorMaker] = [:]
