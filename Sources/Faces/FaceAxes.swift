import Glibc
import Imaging

/// How a face is turned, as its five landmarks tell; angles in radians.
///
/// Taken in the face's own frame, whose upright axis runs from between the eyes to between the mouth's corners.
struct FaceAxes {
  /// Pixels between the eyes as they would be from the front.
  let scale: Double
  let yaw: Double
  let pitch: Double
  let roll: Double

  /// - Parameter landmarks: five, finite, in the order of ``Face/landmarks``.
  init(_ landmarks: [Point]) {
    let points = landmarks.map { SIMD2(Double($0.x), Double($0.y)) }
    let eyeLine = points[1] - points[0]
    let eyes = (points[0] + points[1]) / 2
    let down = (points[3] + points[4]) / 2 - eyes
    let nose = points[2] - eyes
    let (width, height) = (length(eyeLine), max(length(down), .leastNormalMagnitude))
    let aside = (nose.x * down.y - nose.y * down.x) / height
    let share = (nose.x * down.x + nose.y * down.y) / height / height
    scale = max(width, Self.widthOverHeight * height)
    yaw = atan2(aside, Self.noseOverWidth * width)
    pitch = atan((share - Self.noseFromFront) / (Self.noseOverWidth * Self.widthOverHeight))
    roll = atan2(eyeLine.y, eyeLine.x)
  }

  /// How far the tip of the nose stands before the plane of the eyes, against their distance.
  private static let noseOverWidth = 0.45
  /// The distance of the eyes against that from them to the mouth: the median of 290 faces of LFW is 0.985.
  private static let widthOverHeight = 0.98
  /// How far down from the eyes to the mouth the nose is seen from the front.
  private static let noseFromFront = 0.52
}

private func length(_ vector: SIMD2<Double>) -> Double { (vector * vector).sum().squareRoot() }

/// Radians as degrees.
func degrees(_ radians: Double) -> Float { Float(radians * 180 / .pi) }
