import CPNG
import Core

/// Decodes a PNG file: 1 to 16 bits, gray, colour, palette, interlaced or not; what is transparent shows white.
///
/// Sixteen-bit samples count as sRGB unless the file states another gamma. Cut or damaged files are refused.
/// libpng's simplified interface mixes up the passes of interlaced pictures while it narrows 16 bits to 8 (libpng issue
/// 853), so these are read as they are stored and narrowed here.
func decodePNG(_ bytes: UnsafeRawBufferPointer, _ options: DecodeOptions) throws(FacenetError) -> Pixels {
  let chunks = try PNGChunks(bytes, options.limits)
  var image = png_image()
  image.version = UInt32(PNG_IMAGE_VERSION)
  defer { png_image_free(&image) }
  let pixels = try chunks.essential.withUnsafeBufferPointer { (buffer) throws(FacenetError) in
    guard png_image_begin_read_from_memory(&image, buffer.baseAddress, buffer.count) != 0 else {
      throw failure(image)
    }
    return try chunks.needsRawSamples ? finishRaw(&image) : finish(&image)
  }
  return try oriented(pixels, chunks.orientation, options)
}

private func finish(_ image: inout png_image) throws(FacenetError) -> Pixels {
  let (width, height) = (Int(image.width), Int(image.height))
  let hasAlpha = image.format & PNG_FORMAT_FLAG_ALPHA != 0
  image.format = PNG_FORMAT_FLAG_COLOR | (hasAlpha ? PNG_FORMAT_FLAG_ALPHA : 0)
  image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
  let pixels = try Pixels(width: width, height: height, spare: hasAlpha ? width * height : 0)
  let stride = Int32(width) * (hasAlpha ? 4 : 3)
  guard png_image_finish_read(&image, nil, pixels.row(0), stride, nil) != 0 else { throw failure(image) }
  if hasAlpha { compositeOverWhite(pixels) }
  return pixels
}

/// Reads 16-bit samples, colours already multiplied by alpha, and narrows them over white.
private func finishRaw(_ image: inout png_image) throws(FacenetError) -> Pixels {
  let (width, height) = (Int(image.width), Int(image.height))
  image.format = PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA | PNG_FORMAT_FLAG_LINEAR
  let pixels = try Pixels(width: width, height: height)
  let samples = try AlignedBuffer(count: 8 * width * height)
  defer { withExtendedLifetime(samples) {} }
  let source = samples.pointer(to: UInt16.self)
  guard png_image_finish_read(&image, nil, source, Int32(width) * 4, nil) != 0 else { throw failure(image) }
  let target = pixels.row(0)
  for index in 0..<width * height {
    let white = 65535 - UInt32(source[4 * index + 3])
    for channel in 0..<3 {
      target[3 * index + channel] = UInt8(truncatingIfNeeded: (UInt32(source[4 * index + channel]) + white + 128) / 257)
    }
  }
  return pixels
}

/// Turns RGBA pixels of 4 bytes into RGB pixels of 3 in place, mixed with white as stored (not linear) values.
private func compositeOverWhite(_ pixels: Pixels) {
  let bytes = pixels.row(0)
  for index in 0..<pixels.width * pixels.height {
    let source = bytes + 4 * index
    let alpha = UInt32(source[3])
    let white = UInt32(255) * (255 - alpha)
    let (red, green, blue) = (UInt32(source[0]), UInt32(source[1]), UInt32(source[2]))
    let target = bytes + 3 * index
    target[0] = UInt8(truncatingIfNeeded: (red * alpha + white + 127) / 255)
    target[1] = UInt8(truncatingIfNeeded: (green * alpha + white + 127) / 255)
    target[2] = UInt8(truncatingIfNeeded: (blue * alpha + white + 127) / 255)
  }
}

private func failure(_ image: png_image) -> FacenetError {
  FacenetError(.corrupt, "a PNG picture of \(image.width)x\(image.height) is damaged: \(message(image))")
}

/// The decoder's own sentence.
func message(_ image: png_image) -> String {
  withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
