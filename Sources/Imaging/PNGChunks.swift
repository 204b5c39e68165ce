import Core

/// What a PNG file says of itself, and the file reduced to the chunks that decide its pixels.
///
/// The decoder never sees other chunks: compressed text and profiles could unfold to gigabytes.
/// Source: PNG specification (ISO/IEC 15948), clauses 5.3 and 11.
struct PNGChunks {
  private(set) var width = 0
  private(set) var height = 0
  private(set) var orientation = Orientation.upright
  /// Whether pixels may be transparent.
  private(set) var hasAlpha = false
  private(set) var essential: [UInt8] = []

  private static let kept: Set<UInt32> = Set(
    ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB"].map { name in
      name.utf8.reduce(0) { $0 << 8 | UInt32($1) }
    })
  private static let imageHeader: UInt32 = 0x4948_4452
  private static let imageData: UInt32 = 0x4944_4154
  private static let imageEnd: UInt32 = 0x4945_4E44
  private static let transparency: UInt32 = 0x7452_4E53
  private static let exif: UInt32 = 0x6558_4966
  /// The decoder's own limit.
  private static let longestSide = 1_000_000

  private var bitsPerPixel = 0
  private var dataBytes = 0

  init(_ bytes: UnsafeRawBufferPointer, _ limits: DecodeLimits) throws(FacenetError) {
    var reader = ByteReader(bytes)
    essential.append(contentsOf: try reader.read(8))
    var isFirst = true
    while !reader.isAtEnd {
      let start = reader.offset
      let (type, data) = try Self.chunk(&reader)
      guard isFirst == (type == Self.imageHeader) else {
        throw FacenetError(.corrupt, "a PNG file must begin with one IHDR chunk")
      }
      if isFirst {
        try readHeader(data, limits)
        essential.reserveCapacity(bytes.count)
      }
      isFirst = false
      note(type, data)
      if Self.kept.contains(type) { essential.append(contentsOf: bytes[start..<reader.offset]) }
      if type == Self.imageEnd { break }
    }
    try checkData()
  }

  private mutating func note(_ type: UInt32, _ data: UnsafeRawBufferPointer) {
    if type == Self.imageData { dataBytes += data.count }
    if type == Self.transparency { hasAlpha = true }
    if type == Self.exif { orientation = EXIF.orientation(in: data) }
  }

  private static func chunk(_ reader: inout ByteReader) throws(FacenetError) -> (UInt32, UnsafeRawBufferPointer) {
    let start = reader.offset
    do throws(FacenetError) {
      let length = try reader.readInteger(UInt32.self, .big)
      let type = try reader.readInteger(UInt32.self, .big)
      let data = try reader.read(Int(length))
      try reader.skip(4)
      return (type, data)
    } catch {
      throw FacenetError(.corrupt, "a PNG file is cut short: the chunk at offset \(start) goes beyond its end")
    }
  }

  private mutating func readHeader(_ data: UnsafeRawBufferPointer, _ limits: DecodeLimits) throws(FacenetError) {
    guard data.count == 13 else {
      throw FacenetError(.corrupt, "a PNG file's IHDR chunk has \(data.count) bytes, expected 13")
    }
    var reader = ByteReader(data)
    width = Int(try reader.readInteger(UInt32.self, .big))
    height = Int(try reader.readInteger(UInt32.self, .big))
    let depth = Int(try reader.readInteger(UInt8.self, .big))
    let colour = try reader.readInteger(UInt8.self, .big)
    guard width > 0, height > 0 else {
      throw FacenetError(.corrupt, "a PNG picture of \(width)x\(height) pixels is empty")
    }
    guard width <= Self.longestSide, height <= Self.longestSide else {
      throw FacenetError(
        .tooLarge, "a PNG picture of \(width)x\(height) pixels exceeds the limit of \(Self.longestSide) a side")
    }
    _ = try checkedPixels(width, height, limits)
    hasAlpha = colour == 4 || colour == 6
    let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colour] ?? 1
    bitsPerPixel = channels * depth
  }

  /// Deflate makes at most 1032 bytes of one (RFC 1951: 258 bytes from two bits): fewer cannot hold the picture.
  private func checkData() throws(FacenetError) {
    guard dataBytes > 0 else { throw FacenetError(.corrupt, "a PNG file has no IDAT chunk") }
    let needed = width * height / 8 * bitsPerPixel / 1032
    guard needed <= dataBytes else {
      throw FacenetError(.corrupt, "a PNG picture of \(width)x\(height) pixels cannot be held in \(dataBytes) bytes")
    }
  }
}
