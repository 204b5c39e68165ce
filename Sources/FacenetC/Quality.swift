// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.

import CFacenet
import Core
import Faces

@c @implementation
public func facenet_face_quality(
  _ image: UnsafePointer<facenet_image>?, _ face: UnsafePointer<facenet_face>?,
  _ out: UnsafeMutablePointer<facenet_quality>?
) -> facenet_status {
  guarded { () throws(FacenetError) in
    let (image, face) = (try view(image, "image"), try Face(try value(face, "face")))
    let out = try output(out)
    let quality = try FaceQuality(of: face, in: image)
    out.pointee = facenet_quality(
      value: quality.value, size: quality.size, sharpness: quality.sharpness, pose: quality.pose,
      confidence: quality.confidence, yaw: quality.yaw, pitch: quality.pitch, roll: quality.roll)
  }
}
