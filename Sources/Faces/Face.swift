import Core
import Imaging

/// A face found in a picture: its box, how sure the detector is, and five landmarks.
///
/// Coordinates are pixels of the picture that was searched: the origin is the top left corner of the top left pixel.
/// A box may reach a little beyond the picture where the face does.
public struct Face: Sendable, Hashable {
  /// The box's left edge.
  public let left: Float
  /// The box's upper edge.
  public let top: Float
  /// The box's right edge, larger than `left`.
  public let right: Float
  /// The box's lower edge, larger than `top`.
  public let bottom: Float
  /// The detector's confidence, 0 to 1. Scores of different detectors do not compare.
  public let score: Float
  /// Five points: the eye at image left, the eye at image right, the tip of the nose, the mouth corner at image left,
  /// the mouth corner at image right (left and right as seen in the picture of an upright face).
  public let landmarks: [Point]

  /// Creates a face from a box and five landmarks, for instance another detector's.
  /// - Throws: `invalidArgument` unless there are five landmarks, all numbers are finite and the box is not empty.
  public init(left: Float, top: Float, right: Float, bottom: Float, score: Float = 1, landmarks: [Point])
    throws(FacenetError)
  {
    guard landmarks.count == 5 else {
      throw FacenetError(.invalidArgument, "a face has five landmarks, got \(landmarks.count)")
    }
    guard landmarks.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else {
      throw FacenetError(.invalidArgument, "a landmark of a face is not a finite number")
    }
    guard left < right, top < bottom, [left, top, right, bottom, score].allSatisfy(\.isFinite) else {
      throw FacenetError(.invalidArgument, "(\(left), \(top)) to (\(right), \(bottom)) is not a face's box")
    }
    self.init(trusted: Box(left, top, right, bottom), score: score, landmarks: landmarks)
  }

  init(trusted box: Box, score: Float, landmarks: [Point]) {
    left = box.left
    top = box.top
    right = box.right
    bottom = box.bottom
    self.score = score
    self.landmarks = landmarks
  }

  /// The box's width in pixels.
  public var width: Float { right - left }
  /// The box's height in pixels.
  public var height: Float { bottom - top }

  package var box: Box { Box(left, top, right, bottom) }
}
