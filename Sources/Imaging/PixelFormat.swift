/// How the bytes of one pixel follow each other. The raw values are the C library's `facenet_pixel_format`.
public enum PixelFormat: Int32, Sendable, CaseIterable {
  /// One byte, 0 black, 255 white.
  case gray8 = 1
  /// Red, green, blue.
  case rgb8
  /// Blue, green, red.
  case bgr8
  /// Red, green, blue, alpha; the alpha byte is ignored.
  case rgba8
  /// Blue, green, red, alpha; the alpha byte is ignored.
  case bgra8

  /// Bytes from one pixel to the next.
  public var bytesPerPixel: Int {
    switch self {
    case .gray8: 1
    case .rgb8, .bgr8: 3
    case .rgba8, .bgra8: 4
    }
  }

  /// Where red, green and blue lie within a pixel.
  package var offsets: (red: Int, green: Int, blue: Int) {
    switch self {
    case .gray8: (0, 0, 0)
    case .rgb8, .rgba8: (0, 1, 2)
    case .bgr8, .bgra8: (2, 1, 0)
    }
  }
}
