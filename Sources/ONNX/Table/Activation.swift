import Core
import Graph

/// Functions of each number alone.
let activationOperators: [String: OperatorMaker] = [
  "Relu": { _ in UnaryFunction(.relu, name: "Relu") },
  "LeakyRelu": { node throws(FacenetError) in
    UnaryFunction(.leakyRelu(slope: try node.float("alpha", default: 0.01)), name: "LeakyRelu")
  },
  "PRelu": { _ in ParametricRelu() },
  "Clip": { node throws(FacenetError) in
    Clip(
      lowest: try node.float("min", default: -.infinity), highest: try node.float("max", default: .infinity))
  },
  "Sigmoid": { _ in UnaryFunction(.sigmoid, name: "Sigmoid") },
  "HardSigmoid": { node throws(FacenetError) in
    UnaryFunction(
      .hardSigmoid(slope: try node.float("alpha", default: 0.2), offset: try node.float("beta", default: 0.5)),
      name: "HardSigmoid")
  },
  "HardSwish": { _ in UnaryFunction(.hardSwish, name: "HardSwish") },
  "Tanh": { _ in UnaryFunction(.hyperbolicTangent, name: "Tanh") },
  "Erf": { _ in UnaryFunction(.errorFunction, name: "Erf") },
  "Gelu": { node throws(FacenetError) in
    let form = try node.string("approximate", default: "none")
    guard form == "none" || form == "tanh" else {
      throw FacenetError(.corrupt, "approximate is '\(form)', wanted none or tanh")
    }
    return UnaryFunction(form == "none" ? .gelu : .geluTangent, name: "Gelu")
  },
  "Sqrt": { _ in UnaryFunction(.squareRoot, name: "Sqrt") },
  "Exp": { _ in UnaryFunction(.exponential, name: "Exp") },
  "Log": { _ in UnaryFunction(.logarithm, name: "Log") },
  "Neg": { _ in UnaryFunction(.negative, name: "Neg") },
  "Abs": { _ in UnaryFunction(.absolute, name: "Abs") },
  "Reciprocal": { _ in UnaryFunction(.reciprocal, name: "Reciprocal") },
]
