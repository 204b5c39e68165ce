import Core
import Graph
import Imaging

/// What differs between networks that look at a picture once and answer for every place in it.
package protocol SingleShotNetwork: Sendable {
  /// The smallest side of a face, in pixels of the input, at which nearly all faces are found.
  var reliableSize: Float { get }

  /// The faces with at least `minimumScore` in the outputs for an input of `width` x `height` pixels, in any order, in
  /// input pixels, before non-maximum suppression. Places whose numbers are not finite are left out.
  func decode(_ maps: [FeatureMap], width: Int, height: Int, minimumScore: Float) throws(FacenetError) -> [Face]
}

/// Searches pictures with a network that looks at them once, at the scales ``SearchScale`` decides.
final class SingleShotSearch: FaceSearch {
  /// Width and height are at least this, so that the deepest map has a cell.
  private static let smallestInput = 32

  private let network: any SingleShotNetwork
  private let sessions: SessionPool
  private let normalizer: PixelNormalizer
  private let limits: SearchLimits
  /// Width and height of the input are multiples of this.
  private let multiple: Int
  /// The input's size where the file fixes it.
  private let fixedSize: (width: Int, height: Int)?

  /// - Throws: `unsupported` for a model without one image input.
  init(
    _ network: any SingleShotNetwork, model: Model, normalization: Normalization, multiple: Int, limits: SearchLimits,
    threads: Int
  ) throws(FacenetError) {
    let shape = try model.imageInputShape()
    self.network = network
    self.limits = limits
    self.multiple = multiple
    normalizer = try PixelNormalizer(normalization)
    sessions = SessionPool(model, threads: threads)
    if let height = shape[2], let width = shape[3] { fixedSize = (width, height) } else { fixedSize = nil }
  }

  var sufficientSide: Int? {
    limits.minimumSize == nil && fixedSize == nil ? SearchScale.defaultSide(reliable: network.reliableSize) : nil
  }

  func faces(in image: ImageView) throws(FacenetError) -> [Face] {
    if let fixedSize {
      let fit = min(Float(fixedSize.width) / Float(image.width), Float(fixedSize.height) / Float(image.height))
      return try faces(in: image, factor: min(fit, SearchScale.largestEnlargement))
    }
    let scale = SearchScale(
      width: image.width, height: image.height, minimumSize: limits.minimumSize, reliable: network.reliableSize)
    var found = try Progress.part(from: 0, to: 0.9) { () throws(FacenetError) in try faces(in: image, scale) }
    for attempt in scale.attempts(mayEnlarge: limits.minimumSize == nil) where found.isEmpty {
      found = try Progress.part(from: 0.9, to: 1) { () throws(FacenetError) in
        try faces(in: image, factor: attempt.factor)
      }
    }
    return found
  }

  /// One scale and, where it may have met faces too large for it, the coarser ones.
  private func faces(in image: ImageView, _ scale: SearchScale) throws(FacenetError) -> [Face] {
    let fine = try Progress.part(from: 0, to: 0.8) { () throws(FacenetError) in
      try faces(in: image, factor: scale.factor)
    }
    guard let coarser = scale.coarser else { return fine }
    let nearlyTooLarge = 0.8 * SearchScale.largestFace / scale.factor
    guard scale.alwaysNeedsCoarser || fine.isEmpty || fine.contains(where: { $0.longerSide > nearlyTooLarge }) else {
      return fine
    }
    let coarse = try Progress.part(from: 0.8, to: 1) { () throws(FacenetError) in try faces(in: image, coarser) }
    return scale.merge(fine, coarse: coarse, overlap: limits.overlap)
  }

  /// The faces at one scale, in pixels of the picture.
  func faces(in image: ImageView, factor: Float) throws(FacenetError) -> [Face] {
    let width = Self.scaled(image.width, by: factor, limit: fixedSize?.width)
    let height = Self.scaled(image.height, by: factor, limit: fixedSize?.height)
    let found: [Face]
    if width == image.width && height == image.height {
      found = try search(image)
    } else {
      let resized = try image.resized(width: width, height: height)
      found = try resized.withView { view throws(FacenetError) in try search(view) }
    }
    let (x, y) = (Float(image.width) / Float(width), Float(image.height) / Float(height))
    return found.map { face in face.moved { Point($0.x * x, $0.y * y) } }
  }

  /// The faces in a picture as it is, whose centres lie inside it.
  private func search(_ image: ImageView) throws(FacenetError) -> [Face] {
    let width = fixedSize?.width ?? padded(image.width)
    let height = fixedSize?.height ?? padded(image.height)
    let faces = try sessions.run([1, 3, height, width]) { input throws(FacenetError) in
      normalizer.write(image, width: width, height: height, to: input)
    } read: { maps throws(FacenetError) in
      do throws(FacenetError) {
        return try network.decode(maps, width: width, height: height, minimumScore: limits.score)
      } catch { throw error.located(in: sessions.model.name) }
    }
    let (right, bottom) = (Float(image.width), Float(image.height))
    let inside = faces.filter { face in
      let (x, y) = ((face.left + face.right) / 2, (face.top + face.bottom) / 2)
      return x >= 0 && y >= 0 && x <= right && y <= bottom
    }
    return inside.suppressed(limit: limits.overlap)
  }

  /// A side times `factor`, 1 to `limit`: single precision does not meet a limit beyond 2^24 exactly.
  static func scaled(_ side: Int, by factor: Float, limit: Int?) -> Int {
    min(max(1, Int((Float(side) * factor).rounded())), limit ?? .max)
  }

  private func padded(_ size: Int) -> Int { (max(size, Self.smallestInput) + multiple - 1) / multiple * multiple }
}

extension Face {
  /// The same face in another picture, in which each of its points lies where `place` says.
  package func moved(_ place: (Point) -> Point) -> Face {
    let (first, last) = (place(Point(left, top)), place(Point(right, bottom)))
    return Face(
      trusted: Box(first.x, first.y, last.x, last.y), score: score, landmarks: landmarks.map(place))
  }

  /// nil unless the box has an area and all numbers are finite.
  static func checked(_ box: Box, score: Float, landmarks: [Point]) -> Face? {
    guard box.width > 0, box.height > 0, box.width.isFinite, box.height.isFinite, score.isFinite,
      landmarks.allSatisfy({ $0.x.isFinite && $0.y.isFinite })
    else { return nil }
    return Face(trusted: box, score: min(max(score, 0), 1), landmarks: landmarks)
  }
}

extension Model {
  /// The sizes (N, C, H, W) that the file declares for its one input, nil where free.
  /// - Throws: `unsupported` unless the model takes one float image of three channels, one or more at a time.
  func imageInputShape() throws(FacenetError) -> [Int?] {
    guard graph.inputs.count == 1, graph.inputs[0].element == .float32, let shape = graph.inputs[0].shape,
      shape.count == 4, (shape[1] ?? 3) == 3, (shape[0] ?? 1) == 1
    else {
      throw FacenetError(.unsupported, "one input float32(N,3,H,W) was expected of a network for faces (\(name))")
    }
    return shape
  }
}
