import Core

/// Reads a format of pictures that this library itself does not.
package protocol PictureDecoder: Sendable {
  /// Whether the bytes of a file, at least one, begin as those of its format do.
  func recognises(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) -> Bool
  /// Puts the picture that a whole file holds into `target`.
  func decode(_ bytes: UnsafeRawBufferPointer, into target: PictureTarget) throws(FacenetError)
}

package enum PictureDecoders {
  package enum Component: Sendable {
    case builtIn
    case foreign(any PictureDecoder)
  }

  /// The decoders by name: those of this library, which look at a file first, and what plugins bring.
  package static let registry = Registry<Component>(
    kind: "decoder", builtIn: ["jpeg": .builtIn, "png": .builtIn, "netpbm": .builtIn])
}
