import Core

/// How stored pixels must be turned to stand upright: the values of the EXIF tag 0x0112.
///
/// Source: CIPA DC-008 (Exif 2.32), 4.6.4 A, Orientation.
package enum Orientation: Int, Sendable, CaseIterable {
  case upright = 1
  case mirrored
  case upsideDown
  case flipped
  case transposed
  case turnedLeft
  case transversed
  case turnedRight

  /// Whether rows become columns.
  package var swapsSides: Bool { rawValue >= 5 }

  /// Whether the upright picture's left edge shows a last column or row of the stored one.
  private var mirrorsX: Bool { [.mirrored, .upsideDown, .turnedLeft, .transversed].contains(self) }

  /// Whether the upright picture's top edge shows a last column or row of the stored one.
  private var mirrorsY: Bool { [.upsideDown, .flipped, .transversed, .turnedRight].contains(self) }

  /// The upright picture.
  /// - Throws: `tooLarge` when there is no memory.
  func apply(to stored: Pixels) throws(FacenetError) -> Pixels {
    let (width, height) = (stored.width, stored.height)
    var upright =
      swapsSides
      ? try Pixels(width: height, height: width) : try Pixels(width: width, height: height)
    upright.originalWidth = swapsSides ? stored.originalHeight : stored.originalWidth
    upright.originalHeight = swapsSides ? stored.originalWidth : stored.originalHeight
    upright.reduction = stored.reduction
    // What the last reduced pixel reaches beyond the picture lies before the first one once mirrored.
    if mirrorsX { upright.originX = upright.originalWidth - stored.reduction * upright.width }
    if mirrorsY { upright.originY = upright.originalHeight - stored.reduction * upright.height }
    let path = path(width, height)
    let source = stored.row(0)
    // Square tiles keep both pictures' rows in the cache while rows become columns.
    let tile = 64
    for top in Swift.stride(from: 0, to: upright.height, by: tile) {
      for left in Swift.stride(from: 0, to: upright.width, by: tile) {
        for y in top..<min(top + tile, upright.height) {
          let target = upright.row(y)
          let row = path.start + y * path.down
          for x in left..<min(left + tile, upright.width) {
            let from = source + 3 * (row + x * path.right)
            target[3 * x] = from[0]
            target[3 * x + 1] = from[1]
            target[3 * x + 2] = from[2]
          }
        }
      }
    }
    return upright
  }

  /// Where upright pixel (x, y) is stored: pixel number `start + x * right + y * down`.
  private func path(_ width: Int, _ height: Int) -> (start: Int, right: Int, down: Int) {
    let (lastColumn, lastRow) = (width - 1, (height - 1) * width)
    return switch self {
    case .upright: (0, 1, width)
    case .mirrored: (lastColumn, -1, width)
    case .upsideDown: (lastRow + lastColumn, -1, -width)
    case .flipped: (lastRow, 1, -width)
    case .transposed: (0, width, 1)
    case .turnedLeft: (lastRow, -width, 1)
    case .transversed: (lastRow + lastColumn, -width, -1)
    case .turnedRight: (lastColumn, width, -1)
    }
  }
}
