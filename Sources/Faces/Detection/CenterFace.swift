import Core
import Glibc
import Imaging

/// The decoder of CenterFace: a heat map whose peaks are the centres of faces, with their sizes, the centres' offsets
/// within a cell, and landmarks as shares of the box.
///
/// Source: Xu et al., "CenterFace: Joint face detection and alignment using face as point", 2019.
package struct CenterFace: SingleShotNetwork {
  /// Pixels a cell.
  private static let stride = 4
  /// In the order in which ``decode(_:width:height:minimumScore:)`` takes them.
  static let outputs = ["heatmap", "scale", "offset", "landmarks"]

  /// Of 150 photographs, 146 faces of 20 pixels were found, 116 of 16, all of 24.
  package let reliableSize: Float = 20

  package init() {}

  /// Outputs: heat map (1, 1, h, w), logarithm of height and width (1, 2, h, w), offset down and right (1, 2, h, w),
  /// landmarks (1, 10, h, w) as y and x by turns.
  package func decode(_ maps: [FeatureMap], width: Int, height: Int, minimumScore: Float) throws(FacenetError) -> [Face]
  {
    let (rows, columns) = (height / Self.stride, width / Self.stride)
    guard maps.count == 4 else { throw FacenetError(.corrupt, "CenterFace has four outputs, got \(maps.count)") }
    for (map, channels) in zip(maps, [1, 2, 2, 10]) { try map.expect([1, channels, rows, columns]) }
    let plane = rows * columns
    let stride = Float(Self.stride)
    var faces: [Face] = []
    for cell in 0..<plane where maps[0][cell] >= minimumScore {
      let height = expf(maps[1][cell]) * stride
      let width = expf(maps[1][plane + cell]) * stride
      let top = (Float(cell / columns) + maps[2][cell] + 0.5) * stride - height / 2
      let left = (Float(cell % columns) + maps[2][plane + cell] + 0.5) * stride - width / 2
      let landmarks = (0..<5).map { point in
        Point(
          left + width * maps[3][(2 * point + 1) * plane + cell], top + height * maps[3][2 * point * plane + cell])
      }
      let box = Box(left, top, left + width, top + height)
      if let face = Face.checked(box, score: maps[0][cell], landmarks: landmarks) { faces.append(face) }
    }
    return faces
  }
}
