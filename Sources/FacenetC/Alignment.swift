// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.

import CFacenet
import Core
import Facenet
import Imaging

@c @implementation
public func facenet_align(
  _ image: UnsafePointer<facenet_image>?, _ landmarks: UnsafePointer<facenet_point>?,
  _ targets: UnsafePointer<facenet_point>?, _ side: UInt32, _ rgb: UnsafeMutablePointer<UInt8>?, _ capacity: Int
) -> facenet_status {
  guarded { () throws(FacenetError) in
    let points = try elements(landmarks, 5, "landmarks").map(Point.init)
    let targets = try elements(targets, 5, "targets").map(Point.init)
    let room = try room(rgb, capacity, "rgb")
    guard (1...4096).contains(side) else { throw FacenetError(.invalidArgument, "side is \(side), not 1 to 4096") }
    let transform = try SimilarityTransform(from: points, to: targets)
    try copy(try view(image, "image").warped(by: transform, width: Int(side), height: Int(side)), to: room)
  }
}

@c @implementation
public func facenet_squared_distance(_ a: UnsafePointer<Float>?, _ b: UnsafePointer<Float>?, _ dimension: Int)
  -> Float
{
  guarded(else: .nan) { () throws(FacenetError) in
    try squaredDistance(try elements(a, dimension, "a"), try elements(b, dimension, "b"))
  }
}
