import CPNG
import CTurboJPEG
import Core

extension ImageView {
  /// The picture as a JPEG file, 4:4:4 from quality 90 up and 4:2:0 below; gray pixels make a gray JPEG.
  /// - Parameter quality: 1 to 100.
  /// - Throws: `invalidArgument` for another quality, `tooLarge` for a side of more than 65,500 pixels or no memory.
  package func encodedJPEG(quality: Int = 92) throws(FacenetError) -> [UInt8] {
    guard (1...100).contains(quality) else {
      throw FacenetError(.invalidArgument, "the JPEG quality \(quality) is not within 1 to 100")
    }
    guard width <= 65500, height <= 65500, let pitch = Int32(exactly: stride) else {
      throw FacenetError(.tooLarge, "a picture of \(width)x\(height) pixels does not fit a JPEG file (65,500 a side)")
    }
    guard let handle = tjInitCompress() else { throw FacenetError(.tooLarge, "no memory for a JPEG encoder") }
    defer { tjDestroy(handle) }
    var output: UnsafeMutablePointer<UInt8>?
    var count: UInt = 0
    defer { tjFree(output) }
    let sampling = format == .gray8 ? TJSAMP_GRAY : quality >= 90 ? TJSAMP_444 : TJSAMP_420
    let status = tjCompress2(
      handle, pixels, Int32(width), pitch, Int32(height), turboFormat, &output, &count, Int32(sampling.rawValue),
      Int32(quality), 0)
    guard status == 0, let output else {
      throw FacenetError(.internal, "a JPEG picture could not be encoded: \(String(cString: tjGetErrorStr2(handle)))")
    }
    return Array(UnsafeBufferPointer(start: output, count: Int(count)))
  }

  /// The picture as a PNG file with 8 bits a sample; alpha is kept.
  /// - Throws: `tooLarge` for a side of more than a million pixels or more than 2 GiB of them.
  package func encodedPNG() throws(FacenetError) -> [UInt8] {
    guard width <= 1_000_000, height <= 1_000_000, let pitch = Int32(exactly: stride) else {
      throw FacenetError(.tooLarge, "a picture of \(width)x\(height) pixels does not fit a PNG file (1,000,000 a side)")
    }
    let raw = (width * format.bytesPerPixel + 1) * height
    guard raw <= 2 << 30 else {
      throw FacenetError(.tooLarge, "a picture of \(width)x\(height) pixels is too large to be written as PNG (2 GiB)")
    }
    // Deflate's worst case (stored blocks), a filter byte a row and the chunks around it.
    var capacity = png_alloc_size_t(raw + raw / 8 + raw / 64 + 4096)
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(width)
    image.height = UInt32(height)
    image.format = pngFormat
    defer { png_image_free(&image) }
    var written = false
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(capacity)) { buffer, count in
      written = png_image_write_to_memory(&image, buffer.baseAddress, &capacity, 0, pixels, pitch, nil) != 0
      count = written ? Int(capacity) : 0
    }
    guard written else { throw FacenetError(.internal, "a PNG picture could not be encoded: \(message(image))") }
    return bytes
  }

  private var turboFormat: Int32 {
    let format =
      switch format {
      case .gray8: TJPF_GRAY
      case .rgb8: TJPF_RGB
      case .bgr8: TJPF_BGR
      case .rgba8: TJPF_RGBX
      case .bgra8: TJPF_BGRX
      }
    return Int32(format.rawValue)
  }

  private func message(_ image: png_image) -> String {
    withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  private var pngFormat: UInt32 {
    switch format {
    case .gray8: 0
    case .rgb8: PNG_FORMAT_FLAG_COLOR
    case .bgr8: PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_BGR
    case .rgba8: PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA
    case .bgra8: PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_BGR | PNG_FORMAT_FLAG_ALPHA
    }
  }
}

extension Bitmap {
  /// Writes a JPEG or PNG file as the name's ending asks (.jpg, .jpeg, .png): all of it or nothing.
  /// - Throws: `invalidArgument` for another ending, `inputOutput` or `notFound` naming the path.
  package func write(to path: String, quality: Int = 92) throws(FacenetError) {
    let name = path.split(separator: "/").last ?? ""
    let ending = name.contains(".") ? name.split(separator: ".", omittingEmptySubsequences: false).last : nil
    let bytes: [UInt8]
    switch ending?.lowercased() {
    case "jpg", "jpeg": bytes = try withView { (view) throws(FacenetError) in try view.encodedJPEG(quality: quality) }
    case "png": bytes = try withView { (view) throws(FacenetError) in try view.encodedPNG() }
    default:
      throw FacenetError(
        .invalidArgument, "a picture's name must end in .jpg, .jpeg or .png to be written, got \(path)")
    }
    try File.write(bytes, to: path)
  }
}
