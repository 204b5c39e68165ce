import Core
import Graph

/// Functions of each number alone.
let activationOperators: [String: OperatorMaker] = [
  "Relu": { _ in UnaryFunction(.relu) },
  "LeakyRelu": { node throws(FacenetError) in
    UnaryFunction(.leakyRelu(try node.float("alpha", default: 0.01)))
  },
  "PRelu": { _ in ParametricRelu() },
  "Clip": { node throws(FacenetError) in
    Clip(
      low: node.has("min") ? try node.float("min", default: nil) : nil,
      high: node.has("max") ? try node.float("max", default: nil) : nil)
  },
  "Sigmoid": { _ in UnaryFunction(.sigmoid) },
  "HardSigmoid": { node throws(FacenetError) in
    UnaryFunction(
      .hardSigmoid(slope: try node.float("alpha", default: 0.2), offset: try node.float("beta", default: 0.5)))
  },
  "HardSwish": { _ in UnaryFunction(.hardSwish) },
  "Tanh": { _ in UnaryFunction(.hyperbolicTangent) },
  "Erf": { _ in UnaryFunction(.errorFunction) },
  "Gelu": { node throws(FacenetError) in
    let form = try node.string("approximate", default: "none")
    guard form == "none" || form == "tanh" else {
      throw FacenetError(.corrupt, "approximate is '\(form)', wanted none or tanh")
    }
    return UnaryFunction(form == "none" ? .gelu : .geluTangent)
  },
  "Sqrt": { _ in UnaryFunction(.squareRoot) },
  "Exp": { _ in UnaryFunction(.exponential) },
  "Log": { _ in UnaryFunction(.logarithm) },
  "Neg": { _ in UnaryFunction(.negative) },
  "Abs": { _ in UnaryFunction(.absolute) },
  "Reciprocal": { _ in UnaryFunction(.reciprocal) },
  "Floor": { _ in UnaryFunction(.floor) },
  "Ceil": { _ in UnaryFunction(.ceiling) },
  "Round": { _ in UnaryFunction(.round) },
  "Sign": { _ in UnaryFunction(.sign) },
  "Softplus": { _ in UnaryFunction(.softplus) },
]
