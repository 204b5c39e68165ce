import CTurboJPEG
import Core

/// Decodes a JPEG file: baseline and progressive, gray, YCbCr, RGB, CMYK and YCCK.
///
/// A picture is refused when coded data are missing or broken, unless the options accept that: a face found in what is
/// left could be a broken one, and its embedding would not say so. A lost end marker, bytes after the end and a few stray
/// bytes between segments change no pixel and are no reason.
func decodeJPEG(_ bytes: UnsafeRawBufferPointer, _ options: DecodeOptions) throws(FacenetError) -> Pixels {
  let header = try JPEGHeader(bytes)
  try check(header, bytes.count, options)
  let size = decodedSize(header, options)
  let hasInk = header.components == 4
  var pixels = try Pixels(
    width: size.width, height: size.height, spare: hasInk ? size.width * size.height : 0)
  pixels.originalWidth = header.width
  pixels.originalHeight = header.height
  pixels.reduction = size.reduction
  if header.isComplete {
    try decompress(bytes, into: pixels, hasInk: hasInk, options)
  } else {
    // With an end marker put behind them, whole data raise no warning and cut data still do.
    let ended = Array(bytes) + [0xFF, 0xD9]
    try ended.withUnsafeBufferPointer { (buffer) throws(FacenetError) in
      try decompress(UnsafeRawBufferPointer(buffer), into: pixels, hasInk: hasInk, options)
    }
  }
  if hasInk { convertInk(pixels, isInverted: header.hasAdobeMarker) }
  return try oriented(pixels, header.orientation, options)
}

/// Refuses what costs more than it can be worth, before memory is asked for.
private func check(_ header: JPEGHeader, _ byteCount: Int, _ options: DecodeOptions) throws(FacenetError) {
  let size = "\(header.width)x\(header.height)"
  let pixels = try checkedPixels(header.width, header.height, options.limits)
  guard header.width <= longestSide, header.height <= longestSide else {
    throw FacenetError(.tooLarge, "a JPEG picture of \(size) pixels exceeds the limit of \(longestSide) a side")
  }
  guard header.scans > 0 else { throw FacenetError(.corrupt, "a JPEG file is cut short before its first scan") }
  let limit = scanLimit(pixels, options.limits)
  guard header.scans <= limit else {
    throw FacenetError(
      .tooLarge, "a JPEG picture of \(size) pixels has \(header.scans) scans, the limit at this size is \(limit)")
  }
  guard options.acceptsDamage || header.minimumBits / 8 <= byteCount else {
    throw FacenetError(.corrupt, "a JPEG picture of \(size) pixels cannot be held in \(byteCount) bytes")
  }
}

/// The decoder's own limit.
private let longestSide = 65500

/// A scan may be a few bytes long but costs a walk over the whole picture: at most 100 scans, and at most as many as make
/// the walk of 20 over the largest picture. Encoders write up to 18 (the JPEG library's own for CMYK).
private func scanLimit(_ pixels: Int, _ limits: DecodeLimits) -> Int {
  min(100, 20 * min(limits.maximumPixels, 1 << 36) / pixels)
}

/// The smallest of the sizes 1/8, 1/4, 1/2 and 1 that is large enough.
private func decodedSize(_ header: JPEGHeader, _ options: DecodeOptions) -> (width: Int, height: Int, reduction: Int) {
  let (width, height) = (header.width, header.height)
  guard let wanted = options.minimumLongerSide else { return (width, height, 1) }
  for divisor in [8, 4, 2] {
    let size = ((width + divisor - 1) / divisor, (height + divisor - 1) / divisor)
    if max(size.0, size.1) >= wanted { return (size.0, size.1, divisor) }
  }
  return (width, height, 1)
}

private func decompress(
  _ bytes: UnsafeRawBufferPointer, into pixels: Pixels, hasInk: Bool, _ options: DecodeOptions
) throws(FacenetError) {
  guard let handle = tjInitDecompress() else { throw FacenetError(.tooLarge, "no memory for a JPEG decoder") }
  defer { tjDestroy(handle) }
  let format = hasInk ? TJPF_CMYK : TJPF_RGB
  let status = tjDecompress2(
    handle, bytes.bindMemory(to: UInt8.self).baseAddress, UInt(bytes.count), pixels.row(0), Int32(pixels.width),
    Int32(pixels.width) * (hasInk ? 4 : 3), Int32(pixels.height), Int32(format.rawValue), TJFLAG_LIMITSCANS)
  guard status != 0 else { return }
  let message = String(cString: tjGetErrorStr2(handle))
  if tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue), options.acceptsDamage || !isDamage(message) { return }
  throw FacenetError(
    .corrupt, "a JPEG picture of \(pixels.originalWidth)x\(pixels.originalHeight) is damaged: \(message)")
}

/// Whether a warning of the JPEG library means wrong pixels; the others speak of odd headers.
///
/// Some cameras leave a few stray bytes before a marker. More of them are coded data that the decoder, out of step since
/// a broken code, had no use for.
private func isDamage(_ warning: String) -> Bool {
  let words = warning.split(separator: " ")
  if let word = words.firstIndex(of: "extraneous"), word > 0, let count = Int(words[word - 1]) { return count > 16 }
  return !["Adobe color transform", "JFIF revision", "Invalid SOS parameters"].contains { warning.contains($0) }
}

/// Turns CMYK pixels of 4 bytes into RGB pixels of 3 in place: red is what cyan and black ink let through.
private func convertInk(_ pixels: Pixels, isInverted: Bool) {
  let bytes = pixels.row(0)
  let flip: UInt8 = isInverted ? 0 : 255
  for index in 0..<pixels.width * pixels.height {
    let source = bytes + 4 * index
    let black = UInt32(source[3] ^ flip)
    let (cyan, magenta, yellow) = (source[0] ^ flip, source[1] ^ flip, source[2] ^ flip)
    let target = bytes + 3 * index
    target[0] = scaled(cyan, black)
    target[1] = scaled(magenta, black)
    target[2] = scaled(yellow, black)
  }
}

/// `value * factor / 255`, rounded.
@inline(__always)
func scaled(_ value: UInt8, _ factor: UInt32) -> UInt8 {
  UInt8(truncatingIfNeeded: (UInt32(value) * factor + 127) / 255)
}
