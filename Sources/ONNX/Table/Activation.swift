import Core
import Graph

/// Functions of each number alone, and Softmax.
let activationOperators: [String: OperatorMaker] = [
  "Relu": { _ in UnaryFunction(.relu) },
  "LeakyRelu": { node throws(FacenetError) in UnaryFunction(.leakyRelu(try node.float("alpha", default: 0.01))) },
  "PRelu": { _ in ParametricRelu() },
  "Clip": { node throws(FacenetError) in
    Clip(low: try node.optionalFloat("min"), high: try node.optionalFloat("max"))
  },
  "Sigmoid": { _ in UnaryFunction(.sigmoid) },
  "HardSigmoid": { node throws(FacenetError) in
    UnaryFunction(
      .hardSigmoid(slope: try node.float("alpha", default: 0.2), offset: try node.float("beta", default: 0.5)))
  },
  "HardSwish": { _ in UnaryFunction(.hardSwish) },
  "Tanh": { _ in UnaryFunction(.hyperbolicTangent) },
  "Softplus": { _ in UnaryFunction(.softplus) },
  "Elu": { node throws(FacenetError) in
    UnaryFunction(
      .exponentialLinear(factor: try node.float("alpha", default: 1), width: 1, gain: 1, name: "Elu"))
  },
  "Celu": { node throws(FacenetError) in
    let alpha = try node.float("alpha", default: 1)
    return UnaryFunction(.exponentialLinear(factor: alpha, width: alpha, gain: 1, name: "Celu"))
  },
  "Selu": { node throws(FacenetError) in
    UnaryFunction(
      .exponentialLinear(
        factor: try node.float("alpha", default: 1.67326319217681884765625), width: 1,
        gain: try node.float("gamma", default: 1.05070102214813232421875), name: "Selu"))
  },
  "Gelu": { node throws(FacenetError) in
    let form = try node.string("approximate", default: "none")
    guard form == "none" || form == "tanh" else {
      throw FacenetError(.corrupt, "approximate is '\(form)', wanted none or tanh")
    }
    return UnaryFunction(form == "none" ? .gelu : .geluTangent)
  },
  "Softmax": { node throws(FacenetError) in try softmax(node, isLogarithmic: false) },
  "LogSoftmax": { node throws(FacenetError) in try softmax(node, isLogarithmic: true) },
]

private func softmax(_ node: NodeReader, isLogarithmic: Bool) throws(FacenetError) -> any Operator {
  let flattens = node.opset < 13
  return Softmax(
    axis: try node.integer("axis", default: flattens ? 1 : -1), flattens: flattens, isLogarithmic: isLogarithmic)
}

extension NodeReader {
  fileprivate func optionalFloat(_ name: String) throws(FacenetError) -> Float? {
    has(name) ? try float(name, default: nil) : nil
  }
}
