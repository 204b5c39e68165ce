import Core

/// Where a sliding window lies over the spatial axes of an image: convolution, transposed convolution, pooling.
///
/// Every array has one entry a spatial axis. Any value that could overflow later is refused here.
package struct WindowGeometry: Sendable, Hashable {
  /// How padding follows from the sizes; `auto_pad` in the ONNX specification.
  package enum AutoPad: Sendable, Hashable {
    /// The pads are given.
    case notSet
    /// ceil(input / stride) outputs, the odd element of padding at the end.
    case sameUpper
    /// ceil(input / stride) outputs, the odd element of padding at the start.
    case sameLower
    /// No padding.
    case valid
  }

  package let kernel: [Int]
  package let strides: [Int]
  package let dilations: [Int]
  /// Zero unless `autoPad` is `notSet`.
  package let padsBefore: [Int]
  package let padsAfter: [Int]
  package let autoPad: AutoPad
  /// A window that overhangs the end is kept as long as it starts inside the input or the padding before it.
  package let ceilMode: Bool
  /// Whether what a window overhangs in ceil mode is padding like the rest.
  package let padsOverhang: Bool

  /// Largest kernel, stride, dilation or pad accepted: products of two and sums with any tensor's size stay in range.
  private static let limit = Int(Int32.max) / 2

  /// - Parameters:
  ///   - strides: nil for 1 along every axis.
  ///   - dilations: nil for 1 along every axis.
  ///   - pads: before every axis, then after every axis; nil for none. Ignored unless `autoPad` is `notSet`.
  /// - Throws: `invalidArgument` for a list of another length or a value outside its range.
  package init(
    kernel: [Int], strides: [Int]? = nil, dilations: [Int]? = nil, pads: [Int]? = nil, autoPad: AutoPad = .notSet,
    ceilMode: Bool = false, padsOverhang: Bool = false
  ) throws(FacenetError) {
    let rank = kernel.count
    let ones = [Int](repeating: 1, count: rank)
    let pads = try Self.check(
      "pads", (autoPad == .notSet ? pads : nil) ?? ones.map { _ in 0 } + ones.map { _ in 0 },
      count: 2 * rank, from: 0)
    self.kernel = try Self.check("kernel_shape", kernel, count: rank, from: 1)
    self.strides = try Self.check("strides", strides ?? ones, count: rank, from: 1)
    self.dilations = try Self.check("dilations", dilations ?? ones, count: rank, from: 1)
    padsBefore = Array(pads[..<rank])
    padsAfter = Array(pads[rank...])
    self.autoPad = autoPad
    self.ceilMode = ceilMode
    self.padsOverhang = padsOverhang
  }

  private static func check(_ name: String, _ values: [Int], count: Int, from lowest: Int) throws(FacenetError)
    -> [Int]
  {
    guard values.count == count else {
      throw FacenetError(.invalidArgument, "\(name) wants \(count) values, got \(values)")
    }
    guard values.allSatisfy({ $0 >= lowest && $0 <= limit }) else {
      throw FacenetError(.invalidArgument, "\(name) must lie in \(lowest)...\(limit), got \(values)")
    }
    return values
  }

  /// Spatial axes.
  package var rank: Int { kernel.count }

  /// Elements that the window covers along each axis, holes of dilation included.
  package var extents: [Int] { zip(kernel, dilations).map { ($0 - 1) * $1 + 1 } }

  /// The same window with explicit pads for these spatial sizes.
  /// - Throws: `invalidArgument` when the number of sizes is not the window's rank.
  package func resolved(inputSizes: [Int]) throws(FacenetError) -> WindowGeometry {
    try checkRank(inputSizes)
    guard autoPad != .notSet else {
      guard ceilMode && padsOverhang else { return self }
      return WindowGeometry(self, padsBefore: padsBefore, padsAfter: try overhangingPads(inputSizes))
    }
    var before = [Int](repeating: 0, count: rank)
    var after = before
    if autoPad != .valid {
      let extents = extents
      for axis in kernel.indices {
        let last = (Self.quotientRoundedUp(inputSizes[axis], strides[axis]) - 1) * strides[axis]
        let total = max(0, last + extents[axis] - inputSizes[axis])
        before[axis] = autoPad == .sameUpper ? total / 2 : total - total / 2
        after[axis] = total - before[axis]
      }
    }
    return WindowGeometry(self, padsBefore: before, padsAfter: after)
  }

  /// The pads after each axis with which the last window does not overhang.
  private func overhangingPads(_ inputSizes: [Int]) throws(FacenetError) -> [Int] {
    let (extents, sizes) = (extents, try outputSizes(inputSizes))
    return kernel.indices.map { axis in
      let end = (sizes[axis] - 1) * strides[axis] + extents[axis]
      return max(padsAfter[axis], end - padsBefore[axis] - inputSizes[axis])
    }
  }

  /// Windows along each axis.
  /// - Throws: `invalidArgument` when not one window fits along an axis.
  package func outputSizes(_ inputSizes: [Int]) throws(FacenetError) -> [Int] {
    guard autoPad == .notSet else { return try resolved(inputSizes: inputSizes).outputSizes(inputSizes) }
    try checkRank(inputSizes)
    let extents = extents
    var sizes: [Int] = []
    for (axis, input) in inputSizes.enumerated() {
      let padded = input + padsBefore[axis] + padsAfter[axis]
      var room = padded - extents[axis]
      if ceilMode { room += strides[axis] - 1 }
      var size = room < 0 ? 0 : room / strides[axis] + 1
      if ceilMode && (size - 1) * strides[axis] >= input + padsBefore[axis] { size -= 1 }
      guard size > 0 else {
        throw FacenetError(
          .invalidArgument, "a window of \(extents[axis]) elements does not fit into \(padded) (axis \(axis + 2))")
      }
      sizes.append(size)
    }
    return sizes
  }

  /// - Parameter shape: (N, C, spatial), each size in range.
  /// - Throws: `tooLarge` when the images with their pads around them are no tensor that could be.
  func checkPadded(_ shape: [Int]) throws(FacenetError) {
    let window = try resolved(inputSizes: Array(shape[2...]))
    let padded = kernel.indices.map { shape[$0 + 2] + window.padsBefore[$0] + window.padsAfter[$0] }
    _ = try TensorType.checked(.float32, shape[..<2] + padded)
  }

  /// A resolved window never overhangs, so rounding up has nothing left to decide.
  private init(_ other: WindowGeometry, padsBefore: [Int], padsAfter: [Int]) {
    kernel = other.kernel
    strides = other.strides
    dilations = other.dilations
    self.padsBefore = padsBefore
    self.padsAfter = padsAfter
    autoPad = .notSet
    ceilMode = false
    padsOverhang = false
  }

  func checkRank(_ sizes: [Int]) throws(FacenetError) {
    guard sizes.count == rank else {
      throw FacenetError(.invalidArgument, "a window over \(rank) axes meets an input with \(sizes.count) spatial axes")
    }
  }

  static func quotientRoundedUp(_ value: Int, _ divisor: Int) -> Int { (value + divisor - 1) / divisor }
}

extension WindowGeometry.AutoPad {
  /// - Throws: `invalidArgument` for a text that is not a value of the attribute `auto_pad`.
  package init(attribute: String) throws(FacenetError) {
    switch attribute {
    case "NOTSET": self = .notSet
    case "SAME_UPPER": self = .sameUpper
    case "SAME_LOWER": self = .sameLower
    case "VALID": self = .valid
    default:
      throw FacenetError(
        .invalidArgument, "auto_pad must be NOTSET, SAME_UPPER, SAME_LOWER or VALID, got '\(attribute)'")
    }
  }
}
