import CTurboJPEG
import Core
import TestSupport

@testable import Imaging

/// Bytes without structure.
func noise(_ count: Int, seed: UInt64) -> [UInt8] {
  var generator = SeededGenerator(seed: seed)
  return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
}

/// A picture without structure: the hardest one for filters.
func noisePicture(_ width: Int, _ height: Int, seed: UInt64 = 1) throws -> Bitmap {
  try Bitmap(width: width, height: height, rgb: noise(3 * width * height, seed: seed))
}

/// A smooth picture without symmetry, which coding in blocks hardly changes.
func smoothPicture(_ width: Int, _ height: Int) throws -> Bitmap {
  var rgb: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      rgb += [
        UInt8(20 + 200 * x / width), UInt8(240 - 180 * y / height),
        UInt8(60 + 120 * (x + 2 * y) / (width + 2 * height)),
      ]
    }
  }
  return try Bitmap(width: width, height: height, rgb: rgb)
}

extension Bitmap {
  /// Red, green, blue of one pixel.
  func pixel(_ x: Int, _ y: Int) -> [Int] { (0..<3).map { Int(pointer[3 * (y * width + x) + $0]) } }

  var bytes: [UInt8] { Array(UnsafeBufferPointer(start: pointer, count: 3 * width * height)) }
}

/// Bytes in the JPEG library's pixel format as a JPEG file.
func jpeg(
  _ pixels: [UInt8], _ width: Int, _ height: Int, format: TJPF = TJPF_RGB, sampling: TJSAMP = TJSAMP_444,
  quality: Int32 = 95, flags: Int32 = 0
) throws -> [UInt8] {
  guard let handle = tjInitCompress() else { throw FacenetError(.internal, "no JPEG encoder") }
  defer { tjDestroy(handle) }
  var output: UnsafeMutablePointer<UInt8>?
  var count: UInt = 0
  defer { tjFree(output) }
  let status = tjCompress2(
    handle, pixels, Int32(width), 0, Int32(height), Int32(format.rawValue), &output, &count, Int32(sampling.rawValue),
    quality, flags)
  guard status == 0 else { throw FacenetError(.internal, String(cString: tjGetErrorStr2(handle))) }
  return Array(UnsafeBufferPointer(start: output, count: Int(count)))
}

/// A JPEG file with a segment put right after its start.
func inserting(marker: UInt8, _ content: [UInt8], into jpeg: [UInt8]) -> [UInt8] {
  jpeg[..<2] + [0xFF, marker] + bigEndian(UInt16(content.count + 2)) + content + jpeg[2...]
}

/// A TIFF structure whose first directory holds the orientation behind `before` other entries.
func exif(orientation: UInt16, order: ByteReader.Order, before: Int = 1) -> [UInt8] {
  func bytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    order == .big ? bigEndian(value) : bigEndian(value).reversed()
  }
  var tiff: [UInt8] = order == .big ? [0x4D, 0x4D] : [0x49, 0x49]
  tiff += bytes(UInt16(42)) + bytes(UInt32(8)) + bytes(UInt16(before + 1))
  for tag in 0..<before { tiff += bytes(UInt16(0x0100 + tag)) + bytes(UInt16(4)) + bytes(UInt32(1)) + bytes(UInt32(7)) }
  tiff += bytes(UInt16(0x0112)) + bytes(UInt16(3)) + bytes(UInt32(1)) + bytes(orientation) + [0, 0]
  return tiff + bytes(UInt32(0))
}

func bigEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
  withUnsafeBytes(of: value.bigEndian) { Array($0) }
}
