import Core

extension ConvolutionGeometry {
  /// How many neighbouring groups fill a register of `width` output channels; 1 where one does.
  func groupsInRegister(_ width: Int) -> Int {
    var most = 1
    for count in 1...groups where groups % count == 0 && count * groupOutputChannels <= width { most = count }
    return most
  }

  /// The same convolution with `count` neighbouring groups as one, whose weights between them are zeros: more
  /// multiplications, but all lanes of a register have something to do.
  func merging(_ count: Int) -> ConvolutionGeometry {
    var merged = self
    merged.groups = groups / count
    return merged
  }

  /// Weights of ``merging(_:)`` from this geometry's, both (O, I / groups, KH, KW).
  func mergedWeights(_ weights: UnsafeBufferPointer<Float>, _ count: Int) -> [Float] {
    let row = groupInputChannels * taps
    var merged = [Float](repeating: 0, count: weights.count * count)
    for output in 0..<outputChannels {
      let place = output / groupOutputChannels % count
      for index in 0..<row { merged[(output * count + place) * row + index] = weights[output * row + index] }
    }
    return merged
  }
}
