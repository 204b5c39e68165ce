/// A place in a picture, in pixels: the origin is the top left corner of the top left pixel, y points down.
///
/// The centre of the top left pixel is (0.5, 0.5).
public struct Point: Sendable, Hashable {
  /// Pixels to the right of the picture's left edge.
  public var x: Float
  /// Pixels below the picture's top edge.
  public var y: Float

  /// Creates a point from its coordinates.
  public init(x: Float, y: Float) {
    self.x = x
    self.y = y
  }

  package init(_ x: Float, _ y: Float) { self.init(x: x, y: y) }
}
