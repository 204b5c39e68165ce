import Core

/// Decodes a picture of any format there is a decoder for.
func decodePicture(_ bytes: UnsafeRawBufferPointer, _ options: DecodeOptions) throws(FacenetError) -> Pixels {
  if let decoder = try PictureDecoders.decoder(for: bytes) { return try decoder.decode(bytes, options) }
  guard !bytes.isEmpty else { throw FacenetError(.corrupt, "the picture is empty: 0 bytes") }
  guard case .unsupported(let name) = PictureFormat(bytes) else {
    throw FacenetError(.corrupt, "these \(bytes.count) bytes are not a picture: neither JPEG, PNG, PGM nor PPM")
  }
  throw FacenetError(
    .unsupported, "a \(name) file cannot be read, only JPEG, PNG and binary PGM or PPM can without a plugin")
}

/// Applies `orientation` when the options ask for it.
func oriented(_ pixels: Pixels, _ orientation: Orientation, _ options: DecodeOptions) throws(FacenetError) -> Pixels {
  guard options.appliesOrientation, orientation != .upright else { return pixels }
  return try orientation.apply(to: pixels)
}
