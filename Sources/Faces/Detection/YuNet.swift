import Core
import Glibc
import Imaging

/// The decoder of YuNet: one box and five landmarks a cell, no anchors.
///
/// Source: Wu, Peng, Yu, "YuNet: A tiny millisecond-level face detector", Machine Intelligence Research, 2023.
package struct YuNet: SingleShotNetwork {
  static let strides = [8, 16, 32]
  /// What the outputs of each stride are called, before an underline and the stride.
  private static let parts = [("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)]
  /// In the order in which ``decode(_:width:height:minimumScore:)`` takes them.
  static let outputs = parts.flatMap { part in strides.map { "\(part.0)_\($0)" } }

  /// Of 150 photographs, 147 faces of 16 pixels were found, 128 of 12, all of 20.
  package let reliableSize: Float = 16

  package init() {}

  /// Outputs: for each part, for each stride, (1, cells, 1, 1, 4 or 10).
  package func decode(_ maps: [FeatureMap], width: Int, height: Int, minimumScore: Float) throws(FacenetError) -> [Face]
  {
    guard maps.count == 12 else { throw FacenetError(.corrupt, "YuNet has twelve outputs, got \(maps.count)") }
    var faces: [Face] = []
    for (level, stride) in Self.strides.enumerated() {
      let (rows, columns) = (height / stride, width / stride)
      let level = (0..<4).map { maps[3 * $0 + level] }
      for (map, part) in zip(level, Self.parts) { try map.expect([1, rows * columns, part.1]) }
      for cell in 0..<rows * columns {
        let score = (unit(level[0][cell]) * unit(level[1][cell])).squareRoot()
        guard score >= minimumScore else { continue }
        let place = Point(Float(cell % columns), Float(cell / columns))
        if let face = face(level[2], level[3], cell, place, Float(stride), score) { faces.append(face) }
      }
    }
    return faces
  }

  private func face(
    _ boxes: FeatureMap, _ points: FeatureMap, _ cell: Int, _ place: Point, _ stride: Float, _ score: Float
  ) -> Face? {
    let x = (place.x + boxes[4 * cell]) * stride
    let y = (place.y + boxes[4 * cell + 1]) * stride
    let halfWidth = expf(boxes[4 * cell + 2]) * stride / 2
    let halfHeight = expf(boxes[4 * cell + 3]) * stride / 2
    let landmarks = (0..<5).map { point in
      Point(
        (place.x + points[10 * cell + 2 * point]) * stride, (place.y + points[10 * cell + 2 * point + 1]) * stride)
    }
    return .checked(
      Box(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight), score: score, landmarks: landmarks)
  }

  private func unit(_ value: Float) -> Float { min(max(value, 0), 1) }
}
