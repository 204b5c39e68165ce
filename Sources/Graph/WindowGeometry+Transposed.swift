import Core

extension WindowGeometry {
  /// Where a window lies when it spreads each input element over the output: transposed convolution.
  struct Transposed: Sendable, Hashable {
    let outputSizes: [Int]
    /// Elements cut off before the first output along each axis.
    let padsBefore: [Int]
  }

  /// Sizes and pads of the transposed window for these spatial sizes.
  /// - Parameters:
  ///   - outputPadding: elements added at the end of each axis; nil for none.
  ///   - outputShape: the sizes wanted, from which the pads follow; nil where the pads are given.
  /// - Throws: `invalidArgument` or `tooLarge` for sizes that cannot be.
  func transposed(inputSizes: [Int], outputPadding: [Int]?, outputShape: [Int]?) throws(FacenetError) -> Transposed {
    try checkRank(inputSizes)
    let extra = outputPadding ?? [Int](repeating: 0, count: rank)
    guard extra.count == rank, extra.allSatisfy({ $0 >= 0 && $0 <= Int(Int32.max) }) else {
      throw FacenetError(.invalidArgument, "output_padding wants \(rank) values of 0 or more, got \(extra)")
    }
    if let outputShape {
      guard outputShape.count == rank, outputShape.allSatisfy({ $0 >= 1 && $0 <= TensorType.elementLimit }) else {
        throw FacenetError(.invalidArgument, "output_shape wants \(rank) values of 1 or more, got \(outputShape)")
      }
    }
    var sizes: [Int] = []
    var before: [Int] = []
    for axis in kernel.indices {
      let input = inputSizes[axis]
      guard input >= 1, input <= Int(Int32.max) else {
        throw FacenetError(.invalidArgument, "axis \(axis + 2) of its input has the size \(input)")
      }
      let full = (input - 1) * strides[axis] + extents[axis] + extra[axis]
      if let wanted = outputShape?[axis] ?? sameSize(input, axis) {
        sizes.append(wanted)
        before.append(start(of: full - wanted))
      } else {
        sizes.append(full - padsBefore[axis] - padsAfter[axis])
        before.append(padsBefore[axis])
      }
    }
    guard sizes.allSatisfy({ $0 >= 1 && $0 <= TensorType.elementLimit }) else {
      throw FacenetError(.invalidArgument, "the output would have the spatial sizes \(sizes)")
    }
    return Transposed(outputSizes: sizes, padsBefore: before)
  }

  private func sameSize(_ input: Int, _ axis: Int) -> Int? {
    autoPad == .sameUpper || autoPad == .sameLower ? input * strides[axis] : nil
  }

  /// How much of what is too much is cut off before; where there is too little, zeros are added after.
  private func start(of excess: Int) -> Int {
    let excess = max(0, excess)
    return autoPad == .sameUpper ? excess / 2 : excess - excess / 2
  }
}
