import Core

/// Decodes binary PGM ("P5") and PPM ("P6") with 8 bits a sample.
///
/// Source: the Netpbm format specifications pgm(5) and ppm(5). Several pictures in one file: the first.
func decodeNetpbm(_ bytes: UnsafeRawBufferPointer, _ options: DecodeOptions) throws(FacenetError) -> Pixels {
  var reader = ByteReader(bytes)
  let channels = try reader.read(2)[1] == UInt8(ascii: "6") ? 3 : 1
  let width = try headerNumber(&reader, "width")
  let height = try headerNumber(&reader, "height")
  let maximum = try headerNumber(&reader, "maximum")
  guard width > 0, height > 0 else {
    throw FacenetError(.corrupt, "a Netpbm picture of \(width)x\(height) pixels is empty")
  }
  guard (1...65535).contains(maximum) else {
    throw FacenetError(.corrupt, "a Netpbm picture has the maximum \(maximum), expected 1 to 65535")
  }
  guard maximum < 256 else {
    throw FacenetError(.unsupported, "a Netpbm picture with the maximum \(maximum) cannot be read, 255 is the most")
  }
  let count = try checkedPixels(width, height, options.limits)
  guard reader.remaining >= count * channels else {
    throw FacenetError(
      .corrupt, "a Netpbm picture of \(width)x\(height) is cut short: \(reader.remaining) of \(count * channels) bytes")
  }
  let samples = try reader.read(count * channels)
  let scale = (0..<256).map { UInt8((min($0, maximum) * 255 + maximum / 2) / maximum) }
  let pixels = try Pixels(width: width, height: height)
  let target = pixels.row(0)
  for index in 0..<3 * count { target[index] = scale[Int(samples[channels == 3 ? index : index / 3])] }
  return pixels
}

/// A decimal number after white space and comments, and the one white-space character that ends it.
private func headerNumber(_ reader: inout ByteReader, _ name: String) throws(FacenetError) -> Int {
  var digits = 0
  var number = 0
  while true {
    let byte = try reader.readInteger(UInt8.self, .little)
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      digits += 1
      guard digits <= 9 else { throw FacenetError(.tooLarge, "a Netpbm picture's \(name) has more than 9 digits") }
      number = number * 10 + Int(byte - UInt8(ascii: "0"))
    case UInt8(ascii: " "), 9, 10, 11, 12, 13:
      if digits > 0 { return number }
    case UInt8(ascii: "#") where digits == 0:
      while try reader.readInteger(UInt8.self, .little) != 10 {}
    default:
      throw FacenetError(.corrupt, "a Netpbm picture's \(name) is not a number")
    }
  }
}
