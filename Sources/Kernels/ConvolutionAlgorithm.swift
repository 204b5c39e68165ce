import KernelCore

/// How a convolution is computed. The choice between these is made here and nowhere else, by sizes alone, so that one input
/// always takes one way; each of them may have code of its own for some kernels.
package enum ConvolutionAlgorithm: Hashable, Sendable, CustomStringConvertible {
  /// Sums over the kernel's positions as the definition says.
  case direct
  /// The same from a copy in which a kernel's row is one run, for few channels.
  case rows
  /// One kernel a channel.
  case depthwise
  /// The same with groups of two channels.
  case neighbours
  /// Fewer multiplications, on tiles of the output.
  case winograd(WinogradTile)

  /// The algorithm for images of this size.
  package static func choose(_ geometry: ConvolutionGeometry, height: Int, width: Int) -> ConvolutionAlgorithm {
    if geometry.groups > 1, geometry.groupInputChannels == geometry.groupOutputChannels {
      if geometry.groupInputChannels == 1 { return .depthwise }
      if geometry.groupInputChannels == 2 { return .neighbours }
    }
    if isRows(geometry) { return .rows }
    let (rows, columns) = (geometry.outputHeight(for: height), geometry.outputWidth(for: width))
    let tile = WinogradTile.fitting(geometry).first { $0.pays(rows: rows, columns: columns) }
    return tile.map { .winograd($0) } ?? .direct
  }

  /// Below eight channels a run for each position of the kernel is too short to be worth its pointer.
  static func isRows(_ geometry: ConvolutionGeometry) -> Bool {
    geometry.groups == 1 && geometry.dilationWidth == 1 && geometry.kernelWidth > 1 && geometry.inputChannels < 8
  }

  package var description: String {
    switch self {
    case .direct: "direct"
    case .rows: "direct rows"
    case .depthwise: "depthwise"
    case .neighbours: "depthwise of two"
    case .winograd(let tile): "winograd \(tile.vertical.outputs)x\(tile.horizontal.outputs)"
    }
  }
}

extension WinogradTile {
  /// Those that compute such a convolution, the best for large images first.
  fileprivate static func fitting(_ geometry: ConvolutionGeometry) -> [WinogradTile] {
    guard geometry.dilationHeight == 1, geometry.dilationWidth == 1, geometry.groups == 1 else { return [] }
    let channels = min(geometry.inputChannels, geometry.outputChannels)
    return [.four, .two, .twoOfFive, .row, .column, .fourStrided, .twoStrided].filter {
      $0.vertical.fits(geometry.kernelHeight, geometry.strideHeight)
        && $0.horizontal.fits(geometry.kernelWidth, geometry.strideWidth) && channels >= $0.fewestChannels
    }
  }

  /// Below, the transforms cost what the products save, which is less with strides.
  private var fewestChannels: Int { vertical.stride == 1 ? 16 : 64 }

  /// Whether an image of this size has enough tiles: a tile's weights, more than the kernel has, must serve several, and
  /// most of the tiles must be used.
  fileprivate func pays(rows: Int, columns: Int) -> Bool {
    let (down, across) = (vertical.outputs, horizontal.outputs)
    let tiles = ((rows + down - 1) / down) * ((columns + across - 1) / across)
    let (least, usedEighths) =
      switch self {
      case .four: (4, 5)
      case .two, .twoOfFive: (9, 6)
      case .row, .column: (12, 6)
      case .fourStrided: (36, 7)
      case .twoStrided: (16, 7)
      }
    return tiles >= least && rows * columns * 8 >= usedEighths * tiles * down * across
  }
}

extension WinogradSize {
  fileprivate func fits(_ kernel: Int, _ stride: Int) -> Bool { taps == kernel && self.stride == stride }
}
