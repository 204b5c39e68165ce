import Core

/// A picture in memory: RGB, 8 bits a channel, rows one after the other without gaps.
///
/// Immutable: any thread.
public final class Bitmap: Sendable {
  /// Pixels in a row, at least 1.
  public let width: Int
  /// Rows, at least 1.
  public let height: Int
  /// The width of the whole picture where it was decoded at a reduced size, else `width`.
  public let originalWidth: Int
  /// The height of the whole picture where it was decoded at a reduced size, else `height`.
  public let originalHeight: Int

  /// Pixels of the whole picture that one pixel spans along each axis: 1, or 2, 4 or 8 where decoded at a reduced size.
  package let reduction: Int

  private let origin: Point
  private let storage: AlignedBuffer

  init(_ pixels: Pixels) {
    width = pixels.width
    height = pixels.height
    originalWidth = pixels.originalWidth
    originalHeight = pixels.originalHeight
    reduction = pixels.reduction
    origin = Point(Float(pixels.originX), Float(pixels.originY))
    storage = pixels.storage
  }

  /// Decodes a JPEG, PNG or binary PGM/PPM file, told apart by content, and turns it upright.
  /// - Throws: `notFound`, `inputOutput`, `corrupt`, `unsupported` or `tooLarge`, naming the path.
  public convenience init(path: String, limits: DecodeLimits = DecodeLimits()) throws(FacenetError) {
    try self.init(path: path, options: DecodeOptions(limits: limits))
  }

  /// Decodes a picture held in memory; see ``init(path:limits:)``.
  public convenience init(decoding bytes: UnsafeRawBufferPointer, limits: DecodeLimits = DecodeLimits())
    throws(FacenetError)
  {
    try self.init(decoding: bytes, options: DecodeOptions(limits: limits))
  }

  /// Decodes a picture held in memory; see ``init(path:limits:)``.
  public convenience init(decoding bytes: [UInt8], limits: DecodeLimits = DecodeLimits()) throws(FacenetError) {
    try self.init(decoding: bytes, options: DecodeOptions(limits: limits))
  }

  /// Copies borrowed pixels, converting them to RGB.
  /// - Throws: `tooLarge` when there is no memory.
  public convenience init(copying view: ImageView) throws(FacenetError) {
    let pixels = try Pixels(width: view.width, height: view.height)
    for y in 0..<view.height { view.copyRow(y, toRGB: pixels.row(y)) }
    self.init(pixels)
  }

  /// Copies `3 * width * height` bytes: red, green, blue of the top left pixel first, row after row.
  /// - Throws: `invalidArgument` when the count of bytes is another.
  public convenience init(width: Int, height: Int, rgb: [UInt8], limits: DecodeLimits = DecodeLimits())
    throws(FacenetError)
  {
    let count = try checkedPixels(max(width, 0), max(height, 0), limits)
    guard width > 0, height > 0, rgb.count == 3 * count else {
      throw FacenetError(
        .invalidArgument, "a picture of \(width)x\(height) RGB pixels cannot have \(rgb.count) bytes")
    }
    let pixels = try Pixels(width: width, height: height)
    rgb.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { pixels.row(0).update(from: base, count: source.count) }
    }
    self.init(pixels)
  }

  package convenience init(path: String, options: DecodeOptions) throws(FacenetError) {
    let file = try File.load(path, limit: options.limits.maximumFileBytes)
    defer { withExtendedLifetime(file) {} }
    do throws(FacenetError) {
      try self.init(decoding: UnsafeRawBufferPointer(file.bytes), options: options)
    } catch {
      throw error.located(in: path)
    }
  }

  package convenience init(decoding bytes: [UInt8], options: DecodeOptions) throws(FacenetError) {
    let pixels = try bytes.withUnsafeBufferPointer { (buffer) throws(FacenetError) in
      try decodePicture(UnsafeRawBufferPointer(buffer), options)
    }
    self.init(pixels)
  }

  package convenience init(decoding bytes: UnsafeRawBufferPointer, options: DecodeOptions) throws(FacenetError) {
    self.init(try decodePicture(bytes, options))
  }

  /// Lends the pixels, format `rgb8`, stride `3 * width`; the view must not outlive the call.
  public func withView<Result, Failure: Error>(_ body: (ImageView) throws(Failure) -> Result) throws(Failure) -> Result
  {
    defer { withExtendedLifetime(self) {} }
    return try body(
      ImageView(trusted: storage.pointer(), width: width, height: height, stride: 3 * width, format: .rgb8))
  }

  /// The place in the whole picture that `point` of this one shows; the same place unless it was decoded reduced.
  ///
  /// Not quite the ratio of the sizes: where the reduction does not divide a side, the last pixel reaches beyond it.
  package func originalPoint(_ point: Point) -> Point {
    Point(origin.x + Float(reduction) * point.x, origin.y + Float(reduction) * point.y)
  }

  /// The `3 * width * height` bytes of the picture, for as long as it lives: the caller sees to that.
  package var pointer: UnsafePointer<UInt8> { UnsafePointer(storage.pointer()) }
}
