import KernelCore

/// How a convolution is computed. The choice is made here and nowhere else, by sizes alone, so that one input always
/// takes one way.
package enum ConvolutionAlgorithm: Hashable, Sendable, CustomStringConvertible {
  /// Sums over the kernel's positions as the definition says.
  case direct
  /// The same from a copy in which a kernel's row is one run, for few channels.
  case rows
  /// One kernel a channel.
  case depthwise
  /// The same with groups of two channels.
  case neighbours
  /// Fewer multiplications for 3x3 kernels, on tiles of the output.
  case winograd(WinogradTile)

  /// The algorithm for images of this size.
  package static func choose(_ geometry: ConvolutionGeometry, height: Int, width: Int) -> ConvolutionAlgorithm {
    if geometry.groups > 1, geometry.groupInputChannels == geometry.groupOutputChannels {
      if geometry.groupInputChannels == 1 { return .depthwise }
      if geometry.groupInputChannels == 2 { return .neighbours }
    }
    if isRows(geometry) { return .rows }
    guard isWinograd(geometry) else { return .direct }
    let (rows, columns) = (geometry.outputHeight(for: height), geometry.outputWidth(for: width))
    // A tile's weights, more than the kernel has, must serve several tiles, and most of the tiles must be used.
    let tiles = { (side: Int) in ((rows + side - 1) / side) * ((columns + side - 1) / side) }
    if rows * columns >= 10 * tiles(4), tiles(4) >= 4 { return .winograd(.four) }
    if rows * columns >= 3 * tiles(2), tiles(2) >= 9 { return .winograd(.two) }
    return .direct
  }

  /// Below eight channels a run for each position of the kernel is too short to be worth its pointer.
  static func isRows(_ geometry: ConvolutionGeometry) -> Bool {
    geometry.groups == 1 && geometry.dilationWidth == 1 && geometry.kernelWidth > 1 && geometry.inputChannels < 8
  }

  private static func isWinograd(_ geometry: ConvolutionGeometry) -> Bool {
    geometry.kernelHeight == 3 && geometry.kernelWidth == 3 && geometry.strideHeight == 1 && geometry.strideWidth == 1
      && geometry.dilationHeight == 1 && geometry.dilationWidth == 1 && geometry.groups == 1
      && geometry.inputChannels >= 16 && geometry.outputChannels >= 16
  }

  package var description: String {
    switch self {
    case .direct: "direct"
    case .rows: "direct rows"
    case .depthwise: "depthwise"
    case .neighbours: "depthwise of two"
    case .winograd(let tile): "winograd \(tile.side)x\(tile.side)"
    }
  }
}
