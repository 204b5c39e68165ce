import CTurboJPEG
import Core
import TestSupport
import Testing

@testable import Imaging

/// Whatever the bytes, a picture or an error comes back. A crash or a hang is the failure these tests look for.
@Suite struct HostileBytesTests {
  static let seeds: [(name: String, bytes: [UInt8])] = {
    guard let picture = try? smoothPicture(24, 19) else { return [] }
    let rgb = picture.bytes
    let tag = Array("Exif\0\0".utf8) + exif(orientation: 7, order: .little, before: 2)
    var png = PNGFixture(11, 9, colourType: 3, depth: 4)
    png.isInterlaced = true
    png.palette = PNGTests.palette(16)
    png.transparency = [0, 9, 200]
    png.extra = PNGFixture.chunk("eXIf", exif(orientation: 3, order: .big))
    let deep = PNGFixture(7, 5, colourType: 6, depth: 16)
    return [
      ("baseline", inserting(marker: 0xE1, tag, into: (try? jpeg(rgb, 24, 19, sampling: TJSAMP_420)) ?? [])),
      ("progressive", (try? jpeg(rgb, 24, 19, flags: Int32(TJFLAG_PROGRESSIVE))) ?? []),
      ("ink", (try? jpeg(noise(24 * 19 * 4, seed: 5), 24, 19, format: TJPF_CMYK)) ?? []),
      ("palette", png.encoded()),
      ("sixteen bits", deep.encoded()),
      ("netpbm", Array("P6 # comment\n5 4\n255\n".utf8) + noise(60, seed: 6)),
    ]
  }()

  /// Without seeds the tests on them would have nothing to do.
  @Test func hasItsSeeds() { #expect(Self.seeds.count == 6 && Self.seeds.allSatisfy { !$0.bytes.isEmpty }) }

  @Test(arguments: seeds.indices) func survivesEveryTruncation(seed: Int) {
    let bytes = Self.seeds[seed].bytes
    #expect(outcome(bytes))
    for count in bytes.indices { outcome(Array(bytes[..<count])) }
  }

  @Test(arguments: seeds.indices) func survivesRandomChanges(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed + 40))
    let original = Self.seeds[seed].bytes
    for _ in 0..<2000 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...6, using: &generator) { mutate(&bytes, &generator) }
      outcome(bytes)
    }
  }

  @Test func survivesRandomTags() {
    var generator = SeededGenerator(seed: 77)
    for order in [ByteReader.Order.little, .big] {
      let original = exif(orientation: 5, order: order, before: 3)
      for _ in 0..<5000 {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate(&bytes, &generator) }
        bytes.withUnsafeBytes { _ = EXIF.orientation(in: $0) }
      }
    }
  }

  @Test func survivesRandomBytesBehindEverySignature() {
    let signatures: [[UInt8]] = [
      [0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], Array("P5".utf8), Array("P6 9 9 ".utf8), [],
    ]
    for (index, signature) in signatures.enumerated() {
      for count in 0..<300 { outcome(signature + noise(count, seed: UInt64(1000 * index + count))) }
    }
  }

  /// Changes, drops, repeats or inserts a few bytes; lengths and sizes often become extreme.
  private func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    guard !bytes.isEmpty else { return }
    let place = Int.random(in: bytes.indices, using: &generator)
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
    case 2: bytes[place] = [0, 0xFF, 0x7F, 0x80].randomElement(using: &generator) ?? 0
    case 3: bytes.removeSubrange(place..<min(place + Int.random(in: 1...9, using: &generator), bytes.count))
    case 4: bytes.insert(contentsOf: bytes[place..<min(place + 20, bytes.count)], at: place)
    default: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
    }
  }

  /// Decodes in every manner; whether the strict one made a picture.
  @discardableResult
  private func outcome(_ bytes: [UInt8]) -> Bool {
    let limits = DecodeLimits(maximumPixels: 1 << 20)
    let lenient = DecodeOptions(limits: limits, acceptsDamage: true, minimumLongerSide: 4)
    if let bitmap = try? Bitmap(decoding: bytes, options: lenient) { #expect(bitmap.width > 0 && bitmap.height > 0) }
    guard let bitmap = try? Bitmap(decoding: bytes, limits: limits) else { return false }
    return bitmap.width * bitmap.height <= limits.maximumPixels
  }
}
