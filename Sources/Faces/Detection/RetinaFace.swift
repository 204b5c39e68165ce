import Core
import Glibc
import Imaging

/// The decoder of RetinaFace: square anchors of fixed sizes in every cell of each map, from which boxes and landmarks
/// are offsets.
///
/// Source: Deng et al., "RetinaFace: Single-stage dense face localisation in the wild", 2020; the coding of boxes with
/// variances is SSD's (Liu et al., 2016, equation 2).
package struct RetinaFace: SingleShotNetwork {
  /// Pixels a cell, one number a map.
  package let strides: [Int]
  /// Sides of the anchors in a cell, in pixels, one list a map.
  package let anchors: [[Float]]
  /// What offsets and logarithms of sizes were divided by in training.
  package let variances: (offset: Float, size: Float)

  /// Of 150 photographs, 144 faces of 24 pixels were found, 98 of 20, all of 32.
  package let reliableSize: Float = 24

  /// - Throws: `corrupt` for numbers that no detector has.
  package init(_ metadata: ModelMetadata) throws(FacenetError) {
    let strides = try metadata.numbers("detector.strides") ?? [8, 16, 32]
    anchors = try metadata.groups("detector.anchors") ?? [[16, 32], [64, 128], [256, 512]]
    let variances = try metadata.numbers("detector.variances", count: 2) ?? [0.1, 0.2]
    self.variances = (variances[0], variances[1])
    guard strides.count == anchors.count, strides.allSatisfy({ $0 >= 1 && $0 <= 1024 && $0 == $0.rounded() }),
      anchors.allSatisfy({ $0.count <= 64 })
    else {
      throw FacenetError(
        .corrupt, "facenet.detector.strides and facenet.detector.anchors do not describe maps (\(metadata.model))")
    }
    self.strides = strides.map { Int($0) }
  }

  /// Outputs: offsets of boxes (1, A, 4), scores of background and face (1, A, 2), offsets of landmarks (1, A, 10).
  package func decode(_ maps: [FeatureMap], width: Int, height: Int, minimumScore: Float) throws(FacenetError) -> [Face]
  {
    let counts = strides.indices.map { index in
      ((height + strides[index] - 1) / strides[index], (width + strides[index] - 1) / strides[index])
    }
    let total = zip(counts, anchors).reduce(0) { $0 + $1.0.0 * $1.0.1 * $1.1.count }
    guard maps.count == 3 else { throw FacenetError(.corrupt, "RetinaFace has three outputs, got \(maps.count)") }
    for (map, size) in zip(maps, [4, 2, 10]) { try map.expect([1, total, size]) }
    var faces: [Face] = []
    var index = 0
    for (level, (rows, columns)) in counts.enumerated() {
      let stride = Float(strides[level])
      for row in 0..<rows {
        for column in 0..<columns {
          for side in anchors[level] {
            if maps[1][2 * index + 1] >= minimumScore {
              let centre = Point((Float(column) + 0.5) * stride, (Float(row) + 0.5) * stride)
              if let face = face(maps, index, centre, side) { faces.append(face) }
            }
            index += 1
          }
        }
      }
    }
    return faces
  }

  private func face(_ maps: [FeatureMap], _ index: Int, _ anchor: Point, _ side: Float) -> Face? {
    let (boxes, points) = (maps[0], maps[2])
    let step = variances.offset * side
    let x = anchor.x + step * boxes[4 * index]
    let y = anchor.y + step * boxes[4 * index + 1]
    let halfWidth = side * expf(variances.size * boxes[4 * index + 2]) / 2
    let halfHeight = side * expf(variances.size * boxes[4 * index + 3]) / 2
    let landmarks = (0..<5).map { point in
      Point(
        anchor.x + step * points[10 * index + 2 * point], anchor.y + step * points[10 * index + 2 * point + 1])
    }
    return .checked(
      Box(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight), score: maps[1][2 * index + 1],
      landmarks: landmarks)
  }
}
