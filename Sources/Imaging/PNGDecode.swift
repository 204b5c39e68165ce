import CPNGReader
import Core

/// Decodes a PNG file: 1 to 16 bits, gray, colour, palette, interlaced or not; what is transparent shows white.
///
/// Sixteen-bit samples count as sRGB unless the file states another gamma. Cut or damaged files are refused; compressed
/// data that go on after the last row are not looked at.
func decodePNG(_ bytes: UnsafeRawBufferPointer, _ options: DecodeOptions) throws(FacenetError) -> Pixels {
  let chunks = try PNGChunks(bytes, options.limits)
  let (width, height) = (chunks.width, chunks.height)
  let pixels = try Pixels(width: width, height: height, spare: chunks.hasAlpha ? width * height : 0)
  var message = [CChar](repeating: 0, count: Int(facenet_png_message_capacity))
  let channels = facenet_png_decode(
    chunks.essential, chunks.essential.count, UInt32(width), UInt32(height), chunks.hasAlpha ? 4 : 3, pixels.row(0),
    &message)
  guard channels > 0 else {
    let reason = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    throw FacenetError(.corrupt, "a PNG picture of \(width)x\(height) is damaged: \(reason)")
  }
  if channels == 4 { compositeOverWhite(pixels) }
  return try oriented(pixels, chunks.orientation, options)
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
