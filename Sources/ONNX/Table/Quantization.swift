import Core
import Graph

/// DequantizeLinear, QuantizeLinear.
let quantizationOperators: [String: OperatorMaker] = [
  "DequantizeLinear": { node throws(FacenetError) in
    node.ignore("output_dtype")
    return Quantization(
      .dequantize, axis: try node.integer("axis", default: 1), blockSize: try node.integer("block_size", default: 0))
  },
  "QuantizeLinear": { node throws(FacenetError) in
    node.ignore("saturate", "precision")
    let named = try node.integer("output_dtype", default: 0)
    let element = named == 0 ? ElementType.uint8 : try StoredType(named).element
    return Quantization(
      .quantize(element), axis: try node.integer("axis", default: 1),
      blockSize: try node.integer("block_size", default: 0))
  },
]
