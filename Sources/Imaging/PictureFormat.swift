/// The format of a picture, told by its first bytes and never by its name.
enum PictureFormat: Equatable {
  case jpeg, png, netpbm
  /// A known format that is not decoded here.
  case unsupported(String)
  case unknown

  init(_ bytes: UnsafeRawBufferPointer) {
    func begins(_ signature: [UInt8], at offset: Int = 0) -> Bool {
      bytes.count >= offset + signature.count && bytes[offset..<offset + signature.count].elementsEqual(signature)
    }
    func begins(_ signature: String, at offset: Int = 0) -> Bool { begins(Array(signature.utf8), at: offset) }

    if begins([0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if begins([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if begins("P5") || begins("P6") {
      self = .netpbm
    } else if begins("ftyp", at: 4) {
      self = .unsupported(Self.isoMediaName(bytes))
    } else if let known = Self.signatures.first(where: { begins($0.bytes, at: $0.offset) }) {
      self = .unsupported(known.name)
    } else {
      self = .unknown
    }
  }

  private static let signatures: [(name: String, offset: Int, bytes: [UInt8])] = [
    ("WebP", 8, Array("WEBP".utf8)),
    ("GIF", 0, Array("GIF8".utf8)),
    ("BMP", 0, Array("BM".utf8)),
    ("TIFF", 0, [0x49, 0x49, 0x2A, 0x00]),
    ("TIFF", 0, [0x4D, 0x4D, 0x00, 0x2A]),
    ("BigTIFF", 0, [0x49, 0x49, 0x2B, 0x00]),
    ("BigTIFF", 0, [0x4D, 0x4D, 0x00, 0x2B]),
    ("JPEG XL", 0, [0xFF, 0x0A]),
    ("JPEG XL", 0, [0x00, 0x00, 0x00, 0x0C, 0x4A, 0x58, 0x4C, 0x20]),
    ("JPEG 2000", 0, [0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20]),
    ("JPEG 2000", 0, [0xFF, 0x4F, 0xFF, 0x51]),
    ("Photoshop", 0, Array("8BPS".utf8)),
    ("icon", 0, [0x00, 0x00, 0x01, 0x00]),
    ("QOI", 0, Array("qoif".utf8)),
    ("OpenEXR", 0, [0x76, 0x2F, 0x31, 0x01]),
    ("Radiance HDR", 0, Array("#?RADIANCE".utf8)),
    ("PDF", 0, Array("%PDF".utf8)),
    ("text Netpbm", 0, Array("P1".utf8)),
    ("text Netpbm", 0, Array("P2".utf8)),
    ("text Netpbm", 0, Array("P3".utf8)),
    ("bitmap Netpbm", 0, Array("P4".utf8)),
    ("PAM", 0, Array("P7".utf8)),
  ]

  /// ISO base media files name their content by a brand of four letters after `ftyp` (ISO/IEC 14496-12, 4.3).
  private static func isoMediaName(_ bytes: UnsafeRawBufferPointer) -> String {
    let brand = String(decoding: bytes.dropFirst(8).prefix(4), as: UTF8.self)
    switch brand {
    case "avif", "avis": return "AVIF"
    case "heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1": return "HEIC"
    case "crx ": return "Canon raw"
    default: return "video"
    }
  }
}
