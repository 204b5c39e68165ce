// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.

import CFacenet
import Core
import Faces

extension Detector: Handled {
  static var handleName: String { "facenet_detector" }
}

@c @implementation
public func facenet_detector_open(
  _ nameOrPath: UnsafePointer<CChar>?, _ options: UnsafePointer<facenet_detector_options>?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    let out = try output(out)
    let name = nameOrPath == nil ? Detector.defaultName : try text(nameOrPath, "name_or_path")
    out.pointee = try HandleTable.shared.insert(try Detector(name, options: try DetectorOptions(options)))
  }
}

@c @implementation
public func facenet_detector_decode(
  _ bytes: UnsafeRawPointer?, _ count: Int, _ options: UnsafePointer<facenet_detector_options>?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    let out = try output(out)
    let detector = try Detector(decoding: try file(bytes, count), options: try DetectorOptions(options))
    out.pointee = try HandleTable.shared.insert(detector)
  }
}

@c @implementation
public func facenet_detect(
  _ detector: OpaquePointer?, _ image: UnsafePointer<facenet_image>?, _ faces: UnsafeMutablePointer<facenet_face>?,
  _ capacity: Int, _ count: UnsafeMutablePointer<Int>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    let detector: Detector = try HandleTable.shared.object(detector, "detector")
    let list = try ListRoom(faces, capacity, "faces", count)
    list.write(try detector.detect(try view(image, "image")), facenet_face.init)
  }
}

@c @implementation
public func facenet_detector_free(_ detector: OpaquePointer?) {
  release(detector, as: Detector.self, "detector")
}
