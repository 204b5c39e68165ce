import Core
import Glibc
import Imaging

/// How much of a face a picture shows to an embedder: 0 (nothing) to 1 (all that helps).
///
/// Made of four parts of 0 to 1, any of which can spoil a face alone, so ``value`` is their geometric mean. It orders
/// the photographs of a person and finds those not worth enrolling; it is no probability.
public struct FaceQuality: Sendable, Hashable {
  /// The geometric mean of ``size``, ``sharpness``, ``pose`` and ``confidence``.
  public let value: Float
  /// Pixels between the eyes over 52, at most 1: a crop of 160 pixels has 52, and more of them in the photograph do not
  /// reach the embedder. Where the face is turned aside, the distance from the eyes to the mouth stands in.
  public let size: Float
  /// Detail of the aligned face against its contrast, so that light and complexion do not count: `r / (r + 0.05)`, where
  /// `r` is the mean square of the Laplacian over the variance of the luma of a crop of 112 x 112 pixels. A sharp
  /// photograph of 40 pixels between the eyes has about 0.75, one blurred by two pixels 0.25, white noise nearly 1.
  public let sharpness: Float
  /// `cos(yaw) * cos(pitch)`: 1 from the front, 0 from the side. A face turned both ways is judged less exactly.
  public let pose: Float
  /// The detector's score. Scores of different detectors do not compare, nor do qualities made of them.
  public let confidence: Float

  /// Degrees that the face is turned about its upright axis, -90 to 90: positive where the nose points to image right.
  ///
  /// The tip of the nose stands before the plane of eyes and mouth by about 0.45 of the distance of the eyes, so against
  /// that distance it is seen moved aside by 0.45 tan(yaw).
  public let yaw: Float
  /// Degrees that the face nods, -90 to 90: positive where it looks down.
  ///
  /// From the front the nose lies 0.52 of the way from the eyes to the mouth; it is seen moved by 0.44 tan(pitch) of it.
  public let pitch: Float
  /// Degrees that the line of the eyes is turned clockwise, -180 to 180. It costs nothing: alignment undoes it.
  public let roll: Float

  /// Judges a face in the picture it was found in: 0 where its landmarks coincide, so that no embedder can align it.
  public init(of face: Face, in image: ImageView) throws(FacenetError) {
    let crop = try AlignmentTemplate.arcFace(side: Self.side).cropIfPossible(image, landmarks: face.landmarks)
    let axes = FaceAxes(face.landmarks)
    size = Float(min(1, axes.scale / Self.usefulEyeDistance))
    sharpness = crop.map { crop in crop.withView { Self.sharpness(of: $0) } } ?? 0
    pose = Float(max(0, cos(axes.yaw) * cos(axes.pitch)))
    confidence = min(max(face.score, 0), 1)
    value = (size * sharpness * pose * confidence).squareRoot().squareRoot()
    (yaw, pitch, roll) = (degrees(axes.yaw), degrees(axes.pitch), degrees(axes.roll))
  }

  /// Judges a face in the picture it was found in: 0 where its landmarks coincide, so that no embedder can align it.
  public init(of face: Face, in image: Bitmap) throws(FacenetError) {
    self = try image.withView { view throws(FacenetError) in try FaceQuality(of: face, in: view) }
  }

  private static let side = 112
  private static let usefulEyeDistance = 52.0
  private static let halfSharp: Float = 0.05

  /// What lies between the brows and the chin in an aligned crop: hair, background and the picture's edge stay out.
  private static let inside = (x: 24..<88, y: 32..<104)

  /// See ``sharpness``; the Laplacian is that of the four neighbours.
  private static func sharpness(of crop: ImageView) -> Float {
    let luma = luma(of: crop)
    var (sum, square, detail): (Float, Float, Float) = (0, 0, 0)
    for y in inside.y {
      for x in inside.x {
        let place = y * side + x
        let centre = luma[place]
        let around = luma[place - 1] + luma[place + 1] + luma[place - side] + luma[place + side]
        let laplacian = 4 * centre - around
        sum += centre
        square += centre * centre
        detail += laplacian * laplacian
      }
    }
    let count = Float(inside.x.count * inside.y.count)
    let variance = max(0, square / count - (sum / count) * (sum / count))
    // One grey level of variance more, so that the noise of a picture without contrast is no detail.
    let ratio = detail / count / (variance + 1)
    return ratio / (ratio + halfSharp)
  }

  /// The luma of ITU-R BT.601, 0 to 255.
  private static func luma(of crop: ImageView) -> [Float] {
    (0..<side * side).map { place in
      let pixel = crop.pixels + 3 * place
      return 0.299 * Float(pixel[0]) + 0.587 * Float(pixel[1]) + 0.114 * Float(pixel[2])
    }
  }
}
