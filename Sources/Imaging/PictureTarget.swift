import Core

/// Where a foreign decoder puts a picture: checked memory of the size it asks for once. One thread at a time.
package final class PictureTarget {
  package let limits: DecodeLimits
  /// How the picture has to be turned.
  private(set) var orientation = Orientation.upright
  private var pixels: Pixels?
  /// Why room was refused.
  package private(set) var refusal: FacenetError?

  init(_ limits: DecodeLimits) { self.limits = limits }

  /// Room for `width` x `height` pixels, red, green, blue, row after row, black; nil where that is refused.
  package func allocate(width: Int, height: Int) -> UnsafeMutablePointer<UInt8>? {
    guard refusal == nil else { return nil }
    do throws(FacenetError) {
      guard pixels == nil else { throw FacenetError(.pluginFailed, "room for the picture was asked for twice") }
      guard width > 0, height > 0 else {
        throw FacenetError(.corrupt, "a picture of \(width)x\(height) pixels is empty")
      }
      _ = try checkedPixels(width, height, limits)
      let room = try Pixels(width: width, height: height)
      pixels = room
      return room.row(0)
    } catch {
      refusal = error
      return nil
    }
  }

  /// Takes the orientation from an EXIF block with or without the six bytes that begin it in a JPEG file.
  package func readEXIF(_ block: UnsafeRawBufferPointer) {
    let hasPrefix = block.starts(with: Array("Exif".utf8) + [0, 0])
    orientation = EXIF.orientation(in: UnsafeRawBufferPointer(rebasing: block.dropFirst(hasPrefix ? 6 : 0)))
  }

  /// Whether room was asked for.
  package var hasPicture: Bool { pixels != nil }

  /// The picture as it was stored.
  /// - Throws: why room was refused, or `pluginFailed` where none was asked for.
  func picture() throws(FacenetError) -> Pixels {
    if let refusal { throw refusal }
    guard let pixels else { throw FacenetError(.pluginFailed, "no picture was given") }
    return pixels
  }
}
