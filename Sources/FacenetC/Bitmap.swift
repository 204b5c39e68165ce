// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.

import CFacenet
import Core
import Imaging

extension Bitmap: Handled {
  static var handleName: String { "facenet_bitmap" }
}

@c @implementation
public func facenet_bitmap_open(_ path: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<OpaquePointer?>?)
  -> facenet_status
{
  guarded { () throws(FacenetError) in
    try give(out) { () throws(FacenetError) in try Bitmap(path: try text(path, "path")) }
  }
}

@c @implementation
public func facenet_bitmap_decode(
  _ bytes: UnsafeRawPointer?, _ count: Int, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> facenet_status {
  guarded { () throws(FacenetError) in
    try give(out) { () throws(FacenetError) in try Bitmap(decoding: try file(bytes, count)) }
  }
}

@c @implementation
public func facenet_bitmap_image(_ bitmap: OpaquePointer?, _ out: UnsafeMutablePointer<facenet_image>?)
  -> facenet_status
{
  guarded { () throws(FacenetError) in
    let bitmap: Bitmap = try HandleTable.shared.object(bitmap, "bitmap")
    try output(out).pointee = facenet_image(
      pixels: bitmap.pointer, width: UInt32(clamping: bitmap.width), height: UInt32(clamping: bitmap.height),
      stride: UInt32(clamping: 3 * bitmap.width), format: PixelFormat.rgb8.rawValue)
  }
}

@c @implementation
public func facenet_bitmap_free(_ bitmap: OpaquePointer?) {
  release(bitmap, as: Bitmap.self, "bitmap")
}
