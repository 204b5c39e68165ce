/// A rectangle in a picture, in pixels.
package struct Box: Sendable, Hashable {
  package var left: Float
  package var top: Float
  package var right: Float
  package var bottom: Float

  package init(_ left: Float, _ top: Float, _ right: Float, _ bottom: Float) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
  }

  package var width: Float { right - left }
  package var height: Float { bottom - top }
  package var area: Float { max(0, width) * max(0, height) }

  package func intersection(_ other: Box) -> Float {
    Box(max(left, other.left), max(top, other.top), min(right, other.right), min(bottom, other.bottom)).area
  }

  /// Intersection over union, 0 to 1.
  package func overlap(_ other: Box) -> Float {
    let shared = intersection(other)
    return shared > 0 ? shared / (area + other.area - shared) : 0
  }
}
