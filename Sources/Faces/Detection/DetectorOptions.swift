/// How faces are searched.
public struct DetectorOptions: Sendable, Hashable {
  /// At most this many threads work on one picture; 0 means one a processor.
  public var threads: Int
  /// Faces with a lower score are not reported, 0 to 1; nil means the model's own limit.
  public var minimumScore: Float?
  /// The smallest side, in pixels of the picture, of a face that must be found. It decides the scale at which a
  /// picture is searched, and with it the time. nil means a fortieth of the picture's longer side, but at least what the
  /// detector finds reliably: 16 to 24.
  public var minimumSize: Int?
  /// Two boxes that overlap by more than this share (intersection over union, 0 to 1) are one face; nil means the
  /// model's own limit.
  public var overlap: Float?

  /// Creates options; without arguments, the defaults.
  public init(threads: Int = 1, minimumScore: Float? = nil, minimumSize: Int? = nil, overlap: Float? = nil) {
    self.threads = threads
    self.minimumScore = minimumScore
    self.minimumSize = minimumSize
    self.overlap = overlap
  }
}
