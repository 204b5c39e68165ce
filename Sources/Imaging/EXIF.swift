import Core

/// The one EXIF tag that changes what a picture shows.
enum EXIF {
  /// The orientation in a TIFF structure as embedded in a JPEG or PNG file; upright where there is none or it is broken:
  /// a damaged tag is no reason to refuse a picture.
  ///
  /// Only the first directory is looked at, so no chain of directories is followed. Source: TIFF 6.0, section 2.
  static func orientation(in tiff: UnsafeRawBufferPointer) -> Orientation {
    do throws(FacenetError) {
      return try readOrientation(tiff)
    } catch {
      return .upright
    }
  }

  private static func readOrientation(_ tiff: UnsafeRawBufferPointer) throws(FacenetError) -> Orientation {
    var reader = ByteReader(tiff)
    let order: ByteReader.Order
    switch try reader.readInteger(UInt16.self, .big) {
    case 0x4949: order = .little
    case 0x4D4D: order = .big
    default: return .upright
    }
    guard try reader.readInteger(UInt16.self, order) == 42 else { return .upright }
    try reader.seek(to: Int(try reader.readInteger(UInt32.self, order)))
    let entries = try reader.readInteger(UInt16.self, order)
    for _ in 0..<entries {
      let tag = try reader.readInteger(UInt16.self, order)
      let type = try reader.readInteger(UInt16.self, order)
      let count = try reader.readInteger(UInt32.self, order)
      let value = try reader.read(4)
      guard tag == 0x0112 else { continue }
      guard count == 1 else { return .upright }
      return try Orientation(rawValue: integer(value, type: type, order)) ?? .upright
    }
    return .upright
  }

  /// A value that fits its directory entry: BYTE, SHORT or LONG.
  private static func integer(_ value: UnsafeRawBufferPointer, type: UInt16, _ order: ByteReader.Order)
    throws(FacenetError) -> Int
  {
    var reader = ByteReader(value)
    switch type {
    case 1: return Int(try reader.readInteger(UInt8.self, order))
    case 3: return Int(try reader.readInteger(UInt16.self, order))
    case 4: return Int(try reader.readInteger(UInt32.self, order))
    default: return 0
    }
  }
}
