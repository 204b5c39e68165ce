/// What a picture may cost before it is refused.
///
/// Decoding needs 3 bytes of memory a pixel of the whole picture; 4 where it has alpha or ink (CMYK); 6 or 8 more for a
/// progressive JPEG; 3 more while a picture is turned upright. Time grows with pixels and bytes alone: parts that do not
/// show (profiles, texts, data after the last row) are passed over, and JPEG scans are counted first.
public struct DecodeLimits: Sendable, Hashable {
  /// Width times height as the file declares them; checked before memory for the pixels is asked for.
  public var maximumPixels: Int
  /// The length of a picture file in bytes; checked before it is read.
  public var maximumFileBytes: Int

  /// Creates limits; without arguments, 100 million pixels from a file of at most 512 MiB.
  public init(maximumPixels: Int = 100_000_000, maximumFileBytes: Int = 512 << 20) {
    self.maximumPixels = maximumPixels
    self.maximumFileBytes = maximumFileBytes
  }
}

/// How a picture is decoded.
package struct DecodeOptions: Sendable, Hashable {
  package var limits: DecodeLimits
  /// Turn and mirror the pixels as the EXIF orientation asks.
  package var appliesOrientation: Bool
  /// Take a JPEG whose pixel data are cut short or broken as far as it goes (the rest is grey) instead of refusing it.
  package var acceptsDamage: Bool
  /// Where set, the picture may come smaller by a power of two as long as its longer side keeps this many pixels.
  /// JPEG is then decoded at the smaller size, which is much faster; other formats come in full.
  package var minimumLongerSide: Int?

  package init(
    limits: DecodeLimits = DecodeLimits(), appliesOrientation: Bool = true, acceptsDamage: Bool = false,
    minimumLongerSide: Int? = nil
  ) {
    self.limits = limits
    self.appliesOrientation = appliesOrientation
    self.acceptsDamage = acceptsDamage
    self.minimumLongerSide = minimumLongerSide
  }
}
