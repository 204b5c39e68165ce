/// What kind of failure a ``FacenetError`` reports. The raw values are the C library's `facenet_status`.
public enum Status: Int32, Sendable {
  /// An argument is outside its documented range.
  case invalidArgument = 1
  /// A file, model or name does not exist.
  case notFound
  /// The operating system refused to read or write.
  case inputOutput
  /// Bytes that should follow a format do not.
  case corrupt
  /// Well-formed, but a feature this version does not offer.
  case unsupported
  /// Larger than a limit.
  case tooLarge
  /// A plugin broke its contract.
  case pluginFailed
  /// A defect of this library.
  case `internal`
  /// Whoever watched the call's progress stopped it.
  case cancelled
}

/// Every failure of the library: a status for programs and one sentence for people that says what, where, expected and
/// got.
public struct FacenetError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of failure.
  public let status: Status
  /// One sentence without a final full stop.
  public let message: String

  /// Creates an error from its kind and its sentence.
  public init(_ status: Status, _ message: String) {
    self.status = status
    self.message = message
  }

  /// The message.
  public var description: String { message }

  /// The same failure with the place it happened in added at the end, `message (place)`, unless it is there already.
  package func located(in place: String) -> FacenetError {
    message.hasSuffix(" (\(place))") ? self : FacenetError(status, "\(message) (\(place))")
  }
}
