import Core

/// The input itself and, where asked, a mask that keeps everything: ONNX `Dropout` outside training.
///
/// Inputs: data, ratio, whether it trains. In training only the ratio 0 is possible, which drops nothing.
package struct Dropout: Operator {
  /// The mask's element type; nil for that of the data.
  package let mask: ElementType?

  package init(mask: ElementType?) { self.mask = mask }

  package var name: String { "Dropout" }
  package var constantInputs: Set<Int> { [1, 2] }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let data = inputs[0]!.type
    if try trains(inputs.optional(2)), try ratio(inputs.optional(1)) != 0 {
      throw FacenetError(.unsupported, "it trains, and what it drops is random")
    }
    return [data, TensorType(mask ?? data.element, data.shape)]
  }

  private func trains(_ flag: Operand?) throws(FacenetError) -> Bool {
    guard let flag else { return false }
    guard flag.type.element == .bool, let values = flag.constant?.bytes, values.count == 1 else {
      throw FacenetError(.invalidArgument, "training_mode is \(flag.type), wanted one bool")
    }
    return values[0] != 0
  }

  private func ratio(_ ratio: Operand?) throws(FacenetError) -> Float {
    guard let ratio else { return 0.5 }
    guard ratio.type.element == .float32, let values = ratio.constant?.values(as: Float.self), values.count == 1 else {
      throw FacenetError(.invalidArgument, "ratio is \(ratio.type), wanted one float32")
    }
    return values[0]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    guard site.outputs.count > 1 else { return .alias }
    let (data, mask) = (site.inputs[0]!.type, site.outputs[1].type)
    return Kernel("copy and mask") { frame in
      frame.output(0, as: UInt8.self).update(from: frame.input(0), count: data.byteCount)
      switch mask.element {
      case .float32: frame.output(1, as: Float.self).update(repeating: 1, count: mask.count)
      case .int32: frame.output(1, as: Int32.self).update(repeating: 1, count: mask.count)
      case .int64: frame.output(1, as: Int64.self).update(repeating: 1, count: mask.count)
      case .int8, .uint8, .bool: frame.output(1, as: UInt8.self).update(repeating: 1, count: mask.count)
      }
    }
  }
}
