import CFacenet
import Core
import Faces
import Imaging

/// Checks and borrows the caller's picture.
/// - Throws: `invalidArgument` or `tooLarge`, calling the picture `name`.
func view(_ image: facenet_image, _ name: String) throws(FacenetError) -> ImageView {
  guard let pixels = image.pixels else { throw FacenetError(.invalidArgument, "\(name).pixels is NULL") }
  guard let format = PixelFormat(rawValue: image.format) else {
    throw FacenetError(.invalidArgument, "\(name).format is \(image.format), which is no facenet_pixel_format")
  }
  let stride = image.stride == 0 ? Int(image.width) * format.bytesPerPixel : Int(image.stride)
  do throws(FacenetError) {
    return try ImageView(
      pixels: pixels, width: Int(image.width), height: Int(image.height), stride: stride, format: format)
  } catch { throw error.located(in: name) }
}

func view(_ image: UnsafePointer<facenet_image>?, _ name: String) throws(FacenetError) -> ImageView {
  try view(try value(image, name), name)
}

extension facenet_point {
  init(_ point: Point) { self.init(x: point.x, y: point.y) }
}

extension facenet_face {
  init(_ face: Face) {
    let points = face.landmarks.map(facenet_point.init)
    self.init(
      left: face.left, top: face.top, right: face.right, bottom: face.bottom, score: face.score,
      landmarks: (points[0], points[1], points[2], points[3], points[4]))
  }
}

extension facenet_verification {
  init(_ verification: Verification) {
    self.init(
      distance: verification.distance, threshold: verification.threshold, same: verification.isSame ? 1 : 0,
      a: facenet_face(verification.faces.a), b: facenet_face(verification.faces.b))
  }
}

/// Copies a crop's pixels out.
/// - Throws: `invalidArgument` when `rgb` has no room for them.
func copy(_ crop: Bitmap, to rgb: UnsafeMutableBufferPointer<UInt8>) throws(FacenetError) {
  let count = 3 * crop.width * crop.height
  guard let base = rgb.baseAddress, rgb.count >= count else {
    throw FacenetError(.invalidArgument, "capacity is \(rgb.count) bytes, a crop needs \(count)")
  }
  base.update(from: crop.pointer, count: count)
}
