import CFacenet
import Core
import Faces
import Imaging

extension Point {
  package init(_ point: facenet_point) { self.init(x: point.x, y: point.y) }
}

extension Face {
  /// - Throws: `invalidArgument` for a box that is none and numbers that are not finite.
  package init(_ face: facenet_face) throws(FacenetError) {
    let points = face.landmarks
    try self.init(
      left: face.left, top: face.top, right: face.right, bottom: face.bottom, score: face.score,
      landmarks: [points.0, points.1, points.2, points.3, points.4].map(Point.init))
  }
}
