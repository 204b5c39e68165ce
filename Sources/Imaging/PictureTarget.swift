import Core

/// Where a foreign decoder puts a picture: checked memory of the size it asks for once. One thread at a time.
package final class PictureTarget {
  package let limits: DecodeLimits
  private var orientation = Orientation.upright
  private var pixels: Pixels?
  /// Why room was refused.
  package private(set) var refusal: FacenetError?

  package init(_ limits: DecodeLimits) { self.limits = limits }

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

  /// The picture, turned as the options ask; nil where no room was asked for.
  package func picture(_ options: DecodeOptions) throws(FacenetError) -> Pixels? {
    guard let pixels else { return nil }
    return try oriented(pixels, orientation, options)
  }
}
