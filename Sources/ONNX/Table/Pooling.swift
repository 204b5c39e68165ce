import Core
import Graph

/// Pooling over windows and over whole images.
let poolingOperators: [String: OperatorMaker] = [
  "MaxPool": { node throws(FacenetError) in
    let columnMajor = try node.flag("storage_order", default: false)
    return try Pooling(.maximum(columnMajor: columnMajor), window: window(node))
  },
  "AveragePool": { node throws(FacenetError) in
    let includesPads = try node.flag("count_include_pad", default: false)
    // The standard's cases divide by the whole window up to operator set 21, by what lies inside the pads from 22 on.
    return try Pooling(.average(includesPads: includesPads), window: window(node, padsOverhang: node.opset < 22))
  },
  "LpPool": { node throws(FacenetError) in
    try Pooling(.norm(p: node.integer("p", default: 2)), window: window(node))
  },
  "GlobalAveragePool": { _ in GlobalPooling(.average) },
  "GlobalMaxPool": { _ in GlobalPooling(.maximum) },
]

private func window(_ node: NodeReader, padsOverhang: Bool = false) throws(FacenetError) -> WindowGeometry {
  guard let kernel = try node.integers("kernel_shape") else {
    throw FacenetError(.corrupt, "the attribute 'kernel_shape' is missing")
  }
  return try WindowGeometry(
    kernel: kernel, strides: node.integers("strides"), dilations: node.integers("dilations"),
    pads: node.integers("pads"), autoPad: autoPad(node), ceilMode: node.flag("ceil_mode", default: false),
    padsOverhang: padsOverhang)
}
