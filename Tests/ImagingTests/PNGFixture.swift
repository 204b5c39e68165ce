import TestSupport

/// Writes PNG files of every colour type and depth, in stored (not compressed) blocks.
struct PNGFixture {
  let width: Int
  let height: Int
  /// 0 gray, 2 colour, 3 palette, 4 gray with alpha, 6 colour with alpha.
  let colourType: Int
  let depth: Int
  var isInterlaced = false
  /// Red, green and blue of each palette entry.
  var palette: [[UInt8]] = []
  /// The content of a tRNS chunk, none where empty.
  var transparency: [UInt8] = []
  /// Whole chunks put between IHDR and the palette.
  var extra: [UInt8] = []
  /// Bytes left out at the end of the last row, while the compressed data still end as they should.
  var missing = 0
  let samples: [Int]

  static func channels(_ colourType: Int) -> Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colourType] ?? 0 }
  var channels: Int { Self.channels(colourType) }

  /// Samples without structure.
  init(_ width: Int, _ height: Int, colourType: Int, depth: Int, seed: UInt64 = 3) {
    self.width = width
    self.height = height
    self.colourType = colourType
    self.depth = depth
    var generator = SeededGenerator(seed: seed)
    let count = width * height * Self.channels(colourType)
    samples = (0..<count).map { _ in Int.random(in: 0..<(1 << depth), using: &generator) }
  }

  func sample(_ x: Int, _ y: Int, _ channel: Int) -> Int { samples[(y * width + x) * channels + channel] }

  func encoded() -> [UInt8] {
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let size = bigEndian(UInt32(width)) + bigEndian(UInt32(height))
    file += Self.chunk("IHDR", size + [UInt8(depth), UInt8(colourType), 0, 0, isInterlaced ? 1 : 0])
    file += extra
    if !palette.isEmpty { file += Self.chunk("PLTE", palette.flatMap { $0 }) }
    if !transparency.isEmpty { file += Self.chunk("tRNS", transparency) }
    return file + Self.chunk("IDAT", Self.stored(rows().dropLast(missing))) + Self.chunk("IEND", [])
  }

  /// Filter byte 0 and packed samples for each row of each pass.
  private func rows() -> [UInt8] {
    let passes =
      isInterlaced
      ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
      : [(0, 0, 1, 1)]
    var bytes: [UInt8] = []
    for (left, top, right, down) in passes where left < width {
      for y in stride(from: top, to: height, by: down) {
        bytes.append(0)
        bytes += packed(
          stride(from: left, to: width, by: right).flatMap { x in (0..<channels).map { sample(x, y, $0) } })
      }
    }
    return bytes
  }

  private func packed(_ samples: [Int]) -> [UInt8] {
    if depth == 16 { return samples.flatMap { bigEndian(UInt16($0)) } }
    var bytes = [UInt8](repeating: 0, count: (samples.count * depth + 7) / 8)
    for (index, sample) in samples.enumerated() {
      let bit = index * depth
      bytes[bit / 8] |= UInt8(sample << (8 - depth - bit % 8))
    }
    return bytes
  }

  static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + content
    return bigEndian(UInt32(content.count)) + body + bigEndian(checksum(body))
  }

  /// A zlib stream (RFC 1950) of stored blocks.
  static func stored(_ bytes: some Collection<UInt8>) -> [UInt8] {
    let bytes = Array(bytes)
    var stream: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
      let count = min(65535, bytes.count - start)
      let isLast: UInt8 = start + count == bytes.count ? 1 : 0
      stream += [isLast] + bigEndian(UInt16(count)).reversed() + bigEndian(~UInt16(count)).reversed()
      stream += bytes[start..<start + count]
      start += count
    } while start < bytes.count
    var (low, high): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      low = (low + UInt32(byte)) % 65521
      high = (high + low) % 65521
    }
    return stream + bigEndian(high << 16 | low)
  }

  /// CRC-32 as in the PNG specification, annex D.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = .max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
