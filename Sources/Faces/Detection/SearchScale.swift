/// At which scales a picture is searched by a network that looks at it once.
///
/// A network finds faces reliably only between two sizes. The first scale makes the smallest face wanted just large
/// enough; where that leaves the picture so large that a near face would be too large, a coarser scale is searched too.
/// Figures measured with the three networks on photographs in which the face fills the picture: at 480 pixels and less
/// none was missed or broken into parts, at 1000 most were.
package struct SearchScale: Sendable, Hashable {
  /// A picture is never enlarged more than this.
  package static let largestEnlargement: Float = 2
  /// Faces larger than this, in pixels of the network's input, are left to a coarser scale.
  package static let largestFace: Float = 320
  /// The longer side of the coarsest scale.
  private static let overviewSide: Float = 320
  /// The default smallest face, as a share of the longer side.
  private static let defaultShare: Float = 1 / 40

  /// Network pixels a picture pixel.
  package let factor: Float
  /// The picture's longer side in its own pixels.
  private let longer: Float

  /// The first scale.
  /// - Parameters:
  ///   - minimumSize: the smallest face wanted; nil means a fortieth of the longer side without enlarging.
  ///   - reliable: the smallest side, in pixels of its input, at which the network is reliable.
  package init(width: Int, height: Int, minimumSize: Int?, reliable: Float) {
    longer = Float(max(width, height))
    let wanted = minimumSize.map { Float(max(1, $0)) } ?? max(reliable, longer * Self.defaultShare)
    factor = min(reliable / wanted, Self.largestEnlargement)
  }

  private init(factor: Float, longer: Float) {
    self.factor = factor
    self.longer = longer
  }

  /// The longer side at which no scale is finer by default: what a file must be decoded to at least.
  package static func defaultSide(reliable: Float) -> Int { Int((reliable / defaultShare).rounded(.up)) }

  /// The longer side in network pixels.
  package var side: Float { longer * factor }

  /// The next scale for larger faces; nil where this one sees them all.
  package var coarser: SearchScale? {
    guard side > 1.5 * Self.overviewSide else { return nil }
    return SearchScale(factor: max(Self.overviewSide, side / 4) / longer, longer: longer)
  }

  /// Whether the coarser scale is searched whatever this one finds: where it costs little beside it.
  package var alwaysNeedsCoarser: Bool { side > 2 * Self.overviewSide }

  /// The last attempts where nothing was found: a near face looked at from further off, a far one enlarged.
  package func attempts(mayEnlarge: Bool) -> [SearchScale] {
    var factors: [Float] = []
    if side > Self.overviewSide / 2 { factors.append(Self.overviewSide / 2 / longer) }
    if side < Self.overviewSide, factor < Self.largestEnlargement, mayEnlarge {
      factors.append(Self.largestEnlargement)
    }
    return factors.map { SearchScale(factor: $0, longer: longer) }
  }
}

extension SearchScale {
  /// Puts together what a scale and the coarser ones after it found, all in pixels of the picture.
  ///
  /// A face of the finer scale that lies mostly inside a much larger face of the coarser one is a part of it.
  package func merge(_ fine: [Face], coarse: [Face], overlap: Float) -> [Face] {
    let limit = Self.largestFace / factor
    let large = coarse.filter { $0.longerSide >= 0.8 * limit }
    let small = fine.filter { face in
      face.longerSide <= limit
        && !large.contains { whole in
          whole.box.area > 2 * face.box.area && whole.box.intersection(face.box) > 0.6 * face.box.area
        }
    }
    return (large + small).suppressed(limit: overlap)
  }
}

extension Face {
  var longerSide: Float { max(width, height) }
}
