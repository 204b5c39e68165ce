import Core
import Graph

/// BatchNormalization, LRN, LpNormalization, LayerNormalization, InstanceNormalization.
let normalizationOperators: [String: OperatorMaker] = [
  "BatchNormalization": { node throws(FacenetError) in
    node.ignore("spatial")
    let epsilon = try node.float("epsilon", default: 1e-5)
    let momentum = try node.float("momentum", default: 0.9)
    if try node.flag("training_mode", default: false) {
      return BatchStatistics(epsilon: epsilon, momentum: momentum)
    }
    guard node.outputCount == 1 else {
      throw FacenetError(.unsupported, "\(node.outputCount) outputs: statistics are given, not computed")
    }
    return BatchNormalization(epsilon: epsilon)
  },
  "LRN": { node throws(FacenetError) in
    try LocalResponseNormalization(
      size: node.integer("size", default: nil), alpha: node.float("alpha", default: 0.0001),
      beta: node.float("beta", default: 0.75), bias: node.float("bias", default: 1))
  },
  "LayerNormalization": { node throws(FacenetError) in
    guard try node.integer("stash_type", default: 1) == 1 else {
      throw FacenetError(.unsupported, "stash_type must be 1: mean and deviation are float32")
    }
    return LayerNormalization(
      axis: try node.integer("axis", default: -1), epsilon: try node.float("epsilon", default: 1e-5))
  },
  "InstanceNormalization": { node throws(FacenetError) in
    InstanceNormalization(epsilon: try node.float("epsilon", default: 1e-5))
  },
  "LpNormalization": { node throws(FacenetError) in
    try LpNormalization(axis: node.integer("axis", default: -1), p: node.integer("p", default: 2))
  },
]
