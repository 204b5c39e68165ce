import Core
import Graph

/// Conv, ConvTranspose.
let convolutionOperators: [String: OperatorMaker] = [
  "Conv": { node throws(FacenetError) in Convolution(try attributes(node)) },
  "ConvTranspose": { node throws(FacenetError) in
    TransposedConvolution(
      try attributes(node), outputPadding: try node.integers("output_padding"),
      outputShape: try node.integers("output_shape"))
  },
]

private func attributes(_ node: NodeReader) throws(FacenetError) -> Convolution.Attributes {
  // Passes put a further input behind these.
  try node.check(inputs: 2...3)
  let groups = try node.integer("group", default: 1)
  guard groups >= 1, groups <= TensorType.elementLimit else {
    throw FacenetError(.corrupt, "group is \(groups), expected 1...\(TensorType.elementLimit)")
  }
  return .init(
    kernel: try node.integers("kernel_shape"), strides: try node.integers("strides"),
    dilations: try node.integers("dilations"), pads: try node.integers("pads"), autoPad: try autoPad(node),
    groups: groups)
}

/// - Throws: `corrupt` for a word the standard does not have.
func autoPad(_ node: NodeReader) throws(FacenetError) -> WindowGeometry.AutoPad {
  let word = try node.string("auto_pad", default: "NOTSET")
  switch word {
  case "NOTSET": return .notSet
  case "SAME_UPPER": return .sameUpper
  case "SAME_LOWER": return .sameLower
  case "VALID": return .valid
  default: throw FacenetError(.corrupt, "auto_pad is '\(word)', wanted NOTSET, SAME_UPPER, SAME_LOWER or VALID")
  }
}
