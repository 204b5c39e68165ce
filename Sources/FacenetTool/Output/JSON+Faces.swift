import Faces
import Imaging

extension JSON {
  /// `"box":[left,top,right,bottom]`, `"score"`, `"landmarks":[[x,y], five times]`, in pixels of the upright photograph.
  static func members(of face: Face) -> [(String, JSON)] {
    [
      ("box", .numbers([face.left, face.top, face.right, face.bottom])),
      ("score", .number(face.score)),
      ("landmarks", .list(face.landmarks.map { .numbers([$0.x, $0.y]) })),
    ]
  }

  /// A photograph that could not be used: `{"path":...,"error":...}`.
  static func failure(_ path: String, _ reason: String) -> JSON {
    .object([("path", .text(path)), ("error", .text(reason))])
  }
}
