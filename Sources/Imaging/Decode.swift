import Core

/// Decodes a picture of any format there is a decoder for.
func decodePicture(_ bytes: UnsafeRawBufferPointer, _ options: DecodeOptions) throws(FacenetError) -> Pixels {
  switch PictureFormat(bytes) {
  case .jpeg: return try decodeJPEG(bytes, options)
  case .png: return try decodePNG(bytes, options)
  case .netpbm: return try decodeNetpbm(bytes, options)
  case .unsupported(let name):
    if let pixels = try decodeForeign(bytes, options) { return pixels }
    throw FacenetError(.unsupported, "a \(name) file cannot be read, only JPEG, PNG and binary PGM or PPM can")
  case .unknown:
    if let pixels = try decodeForeign(bytes, options) { return pixels }
    throw FacenetError(
      .corrupt,
      bytes.isEmpty
        ? "the picture is empty: 0 bytes"
        : "these \(bytes.count) bytes are not a picture: neither JPEG, PNG, PGM nor PPM")
  }
}

/// Applies `orientation` when the options ask for it.
func oriented(_ pixels: Pixels, _ orientation: Orientation, _ options: DecodeOptions) throws(FacenetError) -> Pixels {
  guard options.appliesOrientation, orientation != .upright else { return pixels }
  return try orientation.apply(to: pixels)
}

/// The picture as the first plugin's decoder, by name, that knows its format decodes it; nil where none does.
private func decodeForeign(_ bytes: UnsafeRawBufferPointer, _ options: DecodeOptions) throws(FacenetError) -> Pixels? {
  guard !bytes.isEmpty else { return nil }
  for entry in PictureDecoders.registry.all {
    guard case .foreign(let decoder) = entry.component, try decoder.recognises(bytes) else { continue }
    let target = PictureTarget(options.limits)
    try decoder.decode(bytes, into: target)
    return try oriented(try target.picture(), target.orientation, options)
  }
  return nil
}
