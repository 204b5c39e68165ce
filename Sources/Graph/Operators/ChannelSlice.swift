import Core

/// A run of the channels of an image that lies channels last: the same memory, pixels as far apart as the image's.
struct ChannelSlice: Operator {
  let channels: Range<Int>

  var name: String { "channels" }

  func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    var type = inputs[0]!.type
    type.shape[1] = channels.count
    return [type]
  }

  func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .channelsLast }

  func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    .view(at: channels.lowerBound * site.outputs[0].type.element.size)
  }
}
