import Core

/// Red, green and blue, 0 to 255 each.
package struct Colour: Sendable, Hashable {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8

  package init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }
}

/// A picture to draw on. What lies beyond its edge is not drawn; coordinates as in ``Point``.
///
/// One thread at a time.
package final class Canvas {
  private let pixels: Pixels

  /// A copy of `bitmap`.
  /// - Throws: `tooLarge` when there is no memory.
  package init(_ bitmap: Bitmap) throws(FacenetError) {
    pixels = try Pixels(width: bitmap.width, height: bitmap.height)
    let target = pixels.row(0)
    bitmap.withView { target.update(from: $0.pixels, count: 3 * bitmap.width * bitmap.height) }
  }

  package var width: Int { pixels.width }
  package var height: Int { pixels.height }

  /// What has been drawn so far.
  /// - Throws: `tooLarge` when there is no memory.
  package func bitmap() throws(FacenetError) -> Bitmap {
    defer { withExtendedLifetime(self) {} }
    return try Bitmap(copying: pixels.view)
  }

  /// A filled rectangle over the pixels whose centres lie within it.
  package func fill(left: Float, top: Float, right: Float, bottom: Float, _ colour: Colour) {
    let columns = Self.centres(left, right, width)
    for y in Self.centres(top, bottom, height) {
      for x in columns { paint(x, y, colour) }
    }
  }

  /// The outline of a rectangle, `thickness` pixels wide, drawn inwards.
  package func outline(
    left: Float, top: Float, right: Float, bottom: Float, thickness: Float, _ colour: Colour
  ) {
    fill(left: left, top: top, right: right, bottom: top + thickness, colour)
    fill(left: left, top: bottom - thickness, right: right, bottom: bottom, colour)
    fill(left: left, top: top, right: left + thickness, bottom: bottom, colour)
    fill(left: right - thickness, top: top, right: right, bottom: bottom, colour)
  }

  /// A disc over the pixels whose centres lie within `radius` pixels of `centre`.
  package func disc(centre: Point, radius: Float, _ colour: Colour) {
    let columns = Self.centres(centre.x - radius, centre.x + radius, width)
    for y in Self.centres(centre.y - radius, centre.y + radius, height) {
      let down = Float(y) + 0.5 - centre.y
      for x in columns {
        let right = Float(x) + 0.5 - centre.x
        if right * right + down * down <= radius * radius { paint(x, y, colour) }
      }
    }
  }

  /// Pixels whose centres lie within `low ... high`, of those there are; none where a bound is not a number.
  private static func centres(_ low: Float, _ high: Float, _ count: Int) -> Range<Int> {
    guard low.isFinite || low == -.infinity, high.isFinite || high == .infinity, low <= high else { return 0..<0 }
    let limit = Float(count)
    let first = Int(min(max((low - 0.5).rounded(.up), 0), limit))
    let end = Int(min(max((high - 0.5).rounded(.down) + 1, 0), limit))
    return first..<max(first, min(end, count))
  }

  private func paint(_ x: Int, _ y: Int, _ colour: Colour) {
    let target = pixels.row(y) + 3 * x
    target[0] = colour.red
    target[1] = colour.green
    target[2] = colour.blue
  }
}
