import Core
import Faces
import Imaging

/// One embedding of a person and where it came from.
public struct Template: Sendable, Hashable {
  /// The gallery's number for it, never given again; 0 before it is enrolled.
  public internal(set) var id: Int64 = 0
  /// The person it belongs to; 0 before it is enrolled.
  public internal(set) var person: Int64 = 0
  /// As many numbers as the gallery's model gives.
  public var embedding: [Float]
  /// The path of the photograph.
  public var photo: String?
  /// The SHA-256 digest of the photograph's file: 32 bytes.
  public var digest: [UInt8]?
  /// Where the face is in the photograph.
  public var face: Face?
  /// In seconds since 1970; 0 until it is enrolled means then.
  public var time: Double
  /// ``FaceQuality/value``, 0 to 1.
  public var quality: Float?
  /// The aligned crop as a JPEG or PNG file, which ``Gallery/migrate(to:)`` embeds again where the photograph is not left.
  public var thumbnail: [UInt8]?

  /// Creates a template that is to be enrolled.
  public init(
    _ embedding: [Float], photo: String? = nil, digest: [UInt8]? = nil, face: Face? = nil, time: Double = 0,
    quality: Float? = nil, thumbnail: [UInt8]? = nil
  ) {
    self.embedding = embedding
    self.photo = photo
    self.digest = digest
    self.face = face
    self.time = time
    self.quality = quality
    self.thumbnail = thumbnail
  }
}

extension Template {
  static let largestThumbnail = 4 << 20
  /// What Linux calls PATH_MAX, less the zero byte at the end.
  static let longestPath = 4095
  /// Seconds: the year 10,000 is before the second of these.
  static let times = -1e12...1e12

  /// - Throws: `invalidArgument` for what a gallery of this model does not take.
  func check(against model: GalleryModel) throws(FacenetError) {
    try model.check(embedding)
    guard photo?.utf8.count ?? 0 <= Self.longestPath, photo?.utf8.contains(0) != true, digest?.count ?? 32 == 32,
      thumbnail?.count ?? 0 <= Self.largestThumbnail, Self.times.contains(time),
      quality.map({ (0...1).contains($0) }) ?? true
    else {
      throw FacenetError(
        .invalidArgument,
        "a template's path has at most \(Self.longestPath) bytes and none of them zero, its digest 32, its thumbnail "
          + "\(Self.largestThumbnail), its quality is 0 to 1, its time within 1e12 seconds of 1970")
    }
  }

  /// The file that is kept of a crop.
  package static func thumbnail(of crop: Bitmap) throws(FacenetError) -> [UInt8] {
    try crop.withView { view throws(FacenetError) in try view.encodedJPEG(quality: 95) }
  }

  /// Fifteen float32: box, score, landmarks.
  static func encode(_ face: Face) -> [UInt8] {
    let numbers =
      [face.left, face.top, face.right, face.bottom, face.score] + face.landmarks.flatMap { [$0.x, $0.y] }
    return TemplateEncoding.float32.encode(numbers)
  }

  static func decodeFace(_ bytes: UnsafeRawBufferPointer) throws(FacenetError) -> Face? {
    guard bytes.count > 0 else { return nil }
    guard bytes.count == 60 else {
      throw FacenetError(.corrupt, "its face has 60 bytes, got \(bytes.count)")
    }
    let n = try TemplateEncoding.float32.decode(bytes, dimension: 15)
    return try Face(
      left: n[0], top: n[1], right: n[2], bottom: n[3], score: n[4],
      landmarks: (0..<5).map { Point(x: n[5 + 2 * $0], y: n[6 + 2 * $0]) })
  }
}
