import Core

/// What a PNG file says of itself, and the file reduced to the chunks that decide its pixels.
///
/// The decoder never sees other chunks: compressed text and profiles could unfold to gigabytes.
/// Source: PNG specification (ISO/IEC 15948), clauses 5.3 and 11.
struct PNGChunks {
  private(set) var width = 0
  private(set) var height = 0
  private(set) var orientation = Orientation.upright
  private(set) var essential: [UInt8] = []

  /// Sixteen bits and interlaced: read as raw samples, see ``decodePNG(_:_:)``.
  private(set) var needsRawSamples = false

  private static let kept: Set<UInt32> = Set(
    ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB"].map { name in
      name.utf8.reduce(0) { $0 << 8 | UInt32($1) }
    })
  private static let imageHeader: UInt32 = 0x4948_4452
  private static let imageData: UInt32 = 0x4944_4154
  private static let imageEnd: UInt32 = 0x4945_4E44
  private static let exif: UInt32 = 0x6558_4966
  private static let gamma: UInt32 = 0x6741_4D41
  private static let colourSpace: Set<UInt32> = [gamma, 0x6348_524D, 0x7352_4742]
  /// A whole gAMA chunk that says: samples are light.
  private static let linearGamma: [UInt8] = [
    0, 0, 0, 4, 0x67, 0x41, 0x4D, 0x41, 0, 1, 0x86, 0xA0, 0x31, 0xE8, 0x96, 0x5F,
  ]

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
      try note(type, data)
      if keeps(type) { essential.append(contentsOf: bytes[start..<reader.offset]) }
      if needsRawSamples && type == Self.imageHeader { essential.append(contentsOf: Self.linearGamma) }
      if type == Self.imageEnd { break }
    }
    try checkData()
  }

  private func keeps(_ type: UInt32) -> Bool {
    Self.kept.contains(type) && !(needsRawSamples && Self.colourSpace.contains(type))
  }

  private mutating func note(_ type: UInt32, _ data: UnsafeRawBufferPointer) throws(FacenetError) {
    if type == Self.imageData { dataBytes += data.count }
    if type == Self.exif { orientation = EXIF.orientation(in: data) }
    guard needsRawSamples, type == Self.gamma else { return }
    var reader = ByteReader(data)
    let gamma = try reader.readInteger(UInt32.self, .big)
    guard (43000...48000).contains(gamma) else {
      throw FacenetError(
        .unsupported, "an interlaced PNG picture of 16 bits with gamma \(gamma) cannot be read, only 45455 (sRGB) can")
    }
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
    var reader = ByteReader(data)
    width = Int(try reader.readInteger(UInt32.self, .big))
    height = Int(try reader.readInteger(UInt32.self, .big))
    let depth = Int(try reader.readInteger(UInt8.self, .big))
    let colour = try reader.readInteger(UInt8.self, .big)
    try reader.skip(2)
    needsRawSamples = try reader.readInteger(UInt8.self, .big) == 1 && depth == 16
    guard width > 0, height > 0 else {
      throw FacenetError(.corrupt, "a PNG picture of \(width)x\(height) pixels is empty")
    }
    _ = try checkedPixels(width, height, limits)
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
