import Core

/// Reads a format of pictures.
package protocol PictureDecoder: Sendable {
  /// Whether the bytes of a file begin as those of its format do.
  func recognises(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) -> Bool
  /// The picture that a whole file holds.
  func decode(_ bytes: UnsafeRawBufferPointer, _ options: DecodeOptions) throws(FacenetError) -> Pixels
}

package enum PictureDecoders {
  /// The decoders by name: those of this library, and what plugins bring.
  package static let registry = Registry<any PictureDecoder>(
    kind: "decoder",
    builtIn: [
      "jpeg": BuiltInDecoder(format: .jpeg, read: decodeJPEG), "png": BuiltInDecoder(format: .png, read: decodePNG),
      "netpbm": BuiltInDecoder(format: .netpbm, read: decodeNetpbm),
    ])

  /// The decoder that knows the format of a file: one of this library's, else the first plugin's by name.
  static func decoder(for bytes: UnsafeRawBufferPointer) throws(FacenetError) -> (any PictureDecoder)? {
    guard !bytes.isEmpty else { return nil }
    let entries = registry.all
    for isBuiltIn in [true, false] {
      for entry in entries where (entry.provider == nil) == isBuiltIn {
        if try entry.component.recognises(bytes) { return entry.component }
      }
    }
    return nil
  }
}

/// A decoder of this library.
private struct BuiltInDecoder: PictureDecoder {
  let format: PictureFormat
  let read: @Sendable (UnsafeRawBufferPointer, DecodeOptions) throws(FacenetError) -> Pixels

  func recognises(_ bytes: UnsafeRawBufferPointer) -> Bool { PictureFormat(bytes) == format }

  func decode(_ bytes: UnsafeRawBufferPointer, _ options: DecodeOptions) throws(FacenetError) -> Pixels {
    try read(bytes, options)
  }
}
