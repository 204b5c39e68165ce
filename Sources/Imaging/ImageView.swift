import Core

/// Pixels that belong to someone else, borrowed for a call.
///
/// Rows lie `stride` bytes apart, the top row first. Valid as long as the memory behind `pixels` is.
public struct ImageView {
  /// The first byte of the top left pixel.
  public let pixels: UnsafePointer<UInt8>
  /// Pixels in a row, at least 1.
  public let width: Int
  /// Rows, at least 1.
  public let height: Int
  /// Bytes from one row to the next, at least `width * format.bytesPerPixel`.
  public let stride: Int
  /// The meaning of a pixel's bytes.
  public let format: PixelFormat

  /// Checks and wraps borrowed memory of `(height - 1) * stride + width * format.bytesPerPixel` bytes.
  /// - Throws: `invalidArgument` for an empty picture or a stride shorter than a row, `tooLarge` beyond the limit.
  public init(
    pixels: UnsafePointer<UInt8>, width: Int, height: Int, stride: Int, format: PixelFormat,
    limits: DecodeLimits = DecodeLimits()
  ) throws(FacenetError) {
    guard width > 0, height > 0 else {
      throw FacenetError(.invalidArgument, "a picture of \(width)x\(height) pixels is empty")
    }
    let count = try checkedPixels(width, height, limits)
    let rowBytes = width * format.bytesPerPixel
    guard stride >= rowBytes else {
      throw FacenetError(
        .invalidArgument, "a row of \(width) pixels has \(rowBytes) bytes but the stride is \(stride)")
    }
    _ = try checkedProduct([stride, height], limit: 1 << 48, what: "a picture of \(count) pixels")
    self.init(trusted: pixels, width: width, height: height, stride: stride, format: format)
  }

  init(trusted pixels: UnsafePointer<UInt8>, width: Int, height: Int, stride: Int, format: PixelFormat) {
    self.pixels = pixels
    self.width = width
    self.height = height
    self.stride = stride
    self.format = format
  }

  /// The first byte of row `y`.
  package func row(_ y: Int) -> UnsafePointer<UInt8> { pixels + y * stride }

  /// The rectangle of `width` x `height` pixels whose top left pixel is (`x`, `y`), not copied.
  /// - Throws: `invalidArgument` where the rectangle is empty or leaves the picture.
  package func cropped(x: Int, y: Int, width: Int, height: Int) throws(FacenetError) -> ImageView {
    guard x >= 0, y >= 0, width > 0, height > 0, x < self.width, y < self.height, width <= self.width - x,
      height <= self.height - y
    else {
      throw FacenetError(
        .invalidArgument,
        "a crop of \(width)x\(height) at (\(x), \(y)) leaves the picture of \(self.width)x\(self.height)")
    }
    return ImageView(
      trusted: row(y) + x * format.bytesPerPixel, width: width, height: height, stride: stride, format: format)
  }

  /// Writes row `y` as red, green, blue bytes: `3 * width` of them.
  package func copyRow(_ y: Int, toRGB target: UnsafeMutablePointer<UInt8>) {
    let source = row(y)
    if format == .rgb8 {
      target.update(from: source, count: 3 * width)
      return
    }
    let step = format.bytesPerPixel
    let (red, green, blue) = format.offsets
    for x in 0..<width {
      target[3 * x] = source[step * x + red]
      target[3 * x + 1] = source[step * x + green]
      target[3 * x + 2] = source[step * x + blue]
    }
  }
}

/// Width times height, refused beyond the limit.
func checkedPixels(_ width: Int, _ height: Int, _ limits: DecodeLimits) throws(FacenetError) -> Int {
  let (count, overflow) = width.multipliedReportingOverflow(by: height)
  guard !overflow, count <= min(limits.maximumPixels, 1 << 36) else {
    throw FacenetError(
      .tooLarge, "a picture of \(width)x\(height) pixels exceeds the limit of \(limits.maximumPixels) pixels")
  }
  return count
}
