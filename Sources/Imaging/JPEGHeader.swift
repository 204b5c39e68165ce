import Core
import Glibc

/// What a JPEG file says of itself, read without decoding: markers up to the end-of-image marker.
///
/// Source: ITU-T T.81, annex B; Adobe's segment: Adobe technical note 5116, section 18.
struct JPEGHeader {
  private(set) var width = 0
  private(set) var height = 0
  private(set) var components = 0
  private(set) var scans = 0
  private(set) var orientation = Orientation.upright
  /// Adobe's programs store CMYK inverted: 255 is no ink.
  private(set) var hasAdobeMarker = false
  private(set) var isComplete = false
  /// Bits that the coded picture needs at the very least: one for each block of 8x8 samples.
  private(set) var minimumBits = 0

  private var hasOrientation = false

  init(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) {
    var reader = ByteReader(bytes)
    try reader.skip(2)
    while !isComplete, let marker = Self.nextMarker(&reader) {
      switch marker {
      case 0xD9: isComplete = true
      // These have no length. The decoder passes over the unassigned ones (below 0xC0) between restart intervals: with a
      // length read into them they could hide scans.
      case 0x01...0xBF, 0xD0...0xD8: continue
      default:
        guard let segment = try segment(&reader, marker) else { return }
        if marker == 0xDA { scans += 1 }
        try read(segment, marker)
      }
    }
    guard width > 0 else { throw FacenetError(.corrupt, "a JPEG file ends before its picture's size") }
  }

  /// The marker after the next 0xFF that begins one; skips coded data, where 0xFF is followed by 0 or a restart marker.
  private static func nextMarker(_ reader: inout ByteReader) -> UInt8? {
    guard let base = reader.bytes.baseAddress else { return nil }
    while let rest = try? reader.read(reader.remaining), let start = rest.baseAddress,
      let found = memchr(start, 0xFF, rest.count)
    {
      let position = UnsafeRawPointer(found) - base
      guard position + 1 < reader.bytes.count, (try? reader.seek(to: position + 1)) != nil else { return nil }
      let marker = reader.bytes[position + 1]
      if marker != 0, marker != 0xFF, (try? reader.skip(1)) != nil { return marker }
    }
    return nil
  }

  /// The bytes of a segment after its length; nil where the file ends within a segment after the frame header. A length
  /// too short to count itself is taken as an empty segment, as the decoder takes it.
  private func segment(_ reader: inout ByteReader, _ marker: UInt8) throws(FacenetError) -> UnsafeRawBufferPointer? {
    do throws(FacenetError) {
      let length = Int(try reader.readInteger(UInt16.self, .big))
      return try reader.read(max(0, length - 2))
    } catch {
      if width > 0 { return nil }
      throw FacenetError(
        .corrupt, "a JPEG file is cut short within its header (marker \(marker), offset \(reader.offset))")
    }
  }

  private mutating func read(_ segment: UnsafeRawBufferPointer, _ marker: UInt8) throws(FacenetError) {
    switch marker {
    case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
      try readFrame(segment, marker)
    case 0xE1 where !hasOrientation && segment.starts(with: Array("Exif\0\0".utf8)):
      hasOrientation = true
      orientation = EXIF.orientation(in: UnsafeRawBufferPointer(rebasing: segment[6...]))
    case 0xEE where segment.count >= 12 && segment.starts(with: Array("Adobe".utf8)):
      hasAdobeMarker = true
    default: break
    }
  }

  /// A frame header: T.81, B.2.2.
  private mutating func readFrame(_ segment: UnsafeRawBufferPointer, _ marker: UInt8) throws(FacenetError) {
    guard width == 0 else { throw FacenetError(.corrupt, "a JPEG file has two frame headers") }
    var reader = ByteReader(segment)
    let bits = try reader.readInteger(UInt8.self, .big)
    height = Int(try reader.readInteger(UInt16.self, .big))
    width = Int(try reader.readInteger(UInt16.self, .big))
    components = Int(try reader.readInteger(UInt8.self, .big))
    guard width > 0, height > 0 else {
      throw FacenetError(.corrupt, "a JPEG picture of \(width)x\(height) pixels is empty")
    }
    guard bits == 8 else {
      throw FacenetError(.unsupported, "a JPEG picture with \(bits) bits a sample cannot be read, only 8 bits can")
    }
    switch marker {
    case 0xC0, 0xC1, 0xC2: break
    case 0xC3, 0xCB: throw FacenetError(.unsupported, "a lossless JPEG picture cannot be read")
    // Hardly any program reads them, and their decoder goes on inventing coefficients where the data end.
    case 0xC9, 0xCA: throw FacenetError(.unsupported, "an arithmetic-coded JPEG picture cannot be read")
    default: throw FacenetError(.unsupported, "a hierarchical JPEG picture cannot be read")
    }
    guard [1, 3, 4].contains(components) else {
      throw FacenetError(
        .unsupported, "a JPEG picture with \(components) components cannot be read, only 1, 3 or 4 can")
    }
    try readSampling(&reader)
  }

  private mutating func readSampling(_ reader: inout ByteReader) throws(FacenetError) {
    var blocks = 0
    var (horizontal, vertical) = (1, 1)
    for _ in 0..<components {
      _ = try reader.readInteger(UInt8.self, .big)
      let factors = try reader.readInteger(UInt8.self, .big)
      _ = try reader.readInteger(UInt8.self, .big)
      let (across, down) = (Int(factors >> 4), Int(factors & 15))
      guard (1...4).contains(across), (1...4).contains(down) else {
        throw FacenetError(.corrupt, "a JPEG picture has sampling factors \(across)x\(down), expected 1 to 4")
      }
      horizontal = max(horizontal, across)
      vertical = max(vertical, down)
      blocks += across * down
    }
    if components == 1 { (horizontal, vertical, blocks) = (1, 1, 1) }
    let (columns, rows) = (width / (8 * horizontal), height / (8 * vertical))
    minimumBits = columns * rows * blocks
  }
}
