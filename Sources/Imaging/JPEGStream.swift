import Glibc

/// Cuts a stream of JPEG pictures that follow one another into its pictures: what `ffmpeg -f mjpeg -` writes and cameras
/// send.
///
/// A picture is followed marker by marker: a segment is passed over by its length, so that a thumbnail within one ends
/// nothing, and coded data run to the next marker that is no restart. Bytes that belong to no whole picture, such as the
/// boundaries of multipart/x-mixed-replace, are passed over and counted. At most the limit and 64 KiB are held, and the
/// time is linear in the bytes whatever they are. Source: ITU-T T.81, B.1.1. One thread at a time.
package struct JPEGStream {
  /// A whole picture from its first marker to its last.
  package struct Picture {
    package let bytes: [UInt8]
    /// Bytes between the picture before, or the stream's start, and this one.
    package let skipped: Int
  }

  /// The most bytes of one picture.
  package let limit: Int
  /// Bytes so far that belonged to no whole picture.
  package private(set) var skipped = 0
  /// Pictures so far that had more bytes than the limit; their bytes are among the skipped ones.
  package private(set) var oversized = 0
  /// After the end, bytes of a last picture that it cut short; they are among the skipped ones.
  package private(set) var unfinished = 0

  private enum Place {
    /// Before a picture.
    case between
    /// Where a marker must be.
    case marker
    /// In coded data, which end at a marker.
    case coded
  }

  private var place = Place.between
  private var held: [UInt8] = []
  /// The picture's first byte; what lies before it is done with.
  private var start = 0
  /// The next byte to look at; beyond `held` where the rest of a segment is yet to come.
  private var position = 0
  /// Behind the marker of the last segment.
  private var segment = 0
  private var skippedBefore = 0
  private var chunk = [UInt8](repeating: 0, count: 1 << 16)

  /// - Parameter limit: the most bytes of one picture; larger ones are passed over.
  package init(limit: Int = 64 << 20) { self.limit = limit }

  /// The next whole picture; nil at the end of the stream.
  /// - Parameter read: puts what comes next into the memory it is given and says how many bytes; 0 at the end.
  package mutating func next<Failure: Error>(
    reading read: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) -> Picture? {
    while true {
      if let picture = cut() { return picture }
      if place != .between, max(position, held.count) - start > limit { dropOversized() }
      guard try !fill(read) else { continue }
      if place != .between { unfinished = held.count - start }
      guard position > held.count else { break }
      // The last segment claims more bytes than there are: what it swallowed may hold pictures.
      resume(at: segment)
    }
    resume(at: held.count)
    return nil
  }

  /// Holds some more bytes; false at the end.
  private mutating func fill<Failure: Error>(
    _ read: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) -> Bool {
    let count = try chunk.withUnsafeMutableBufferPointer { buffer throws(Failure) in
      try read(UnsafeMutableRawBufferPointer(buffer))
    }
    guard count > 0 else { return false }
    held.removeFirst(start)
    (start, position, segment) = (0, position - start, segment - start)
    held += chunk[..<count]
    return true
  }

  /// Goes on through the bytes that are held, up to the end of a picture.
  private mutating func cut() -> Picture? {
    while true {
      let before = (position, place)
      switch place {
      case .between: findStart()
      case .coded: passCodedData()
      case .marker: if let picture = passMarker() { return picture }
      }
      if before == (position, place) { return nil }
    }
  }

  /// Goes to the next picture's first segment; what lies before is let go.
  private mutating func findStart() {
    while let found = nextFF() {
      guard found + 2 < held.count else { return skip(to: found) }
      if held[found + 1] == Marker.start, held[found + 2] == Marker.prefix { return begin(at: found) }
      position = found + 1
    }
    skip(to: held.count)
  }

  /// Goes to the marker that ends the coded data.
  private mutating func passCodedData() {
    while let found = nextFF() {
      position = found
      guard found + 1 < held.count else { return }
      let code = held[found + 1]
      if !Marker.belongsToCodedData(code) {
        place = .marker
        return
      }
      position += code == Marker.prefix ? 1 : 2
    }
    position = max(position, held.count)
  }

  /// Passes a marker and its segment; at the last marker, gives the picture.
  private mutating func passMarker() -> Picture? {
    guard position < held.count else { return nil }
    guard held[position] == Marker.prefix else {
      resume(at: segment)
      return nil
    }
    guard position + 1 < held.count else { return nil }
    switch held[position + 1] {
    case Marker.prefix: position += 1
    case 0: resume(at: segment)
    case Marker.start: begin(at: position)
    case Marker.end: return finish(at: position + 2)
    case let code where Marker.belongsToCodedData(code): position += 2
    case let code: passSegment(code)
    }
    return nil
  }

  private mutating func passSegment(_ code: UInt8) {
    guard position + 3 < held.count else { return }
    let length = Int(held[position + 2]) << 8 | Int(held[position + 3])
    segment = position + 2
    guard length >= 2 else { return resume(at: segment) }
    position += 2 + length
    place = code == Marker.scan ? .coded : .marker
  }

  /// The place of the next 0xFF from the position on.
  private func nextFF() -> Int? {
    guard position < held.count else { return nil }
    return held.withUnsafeBytes { bytes in
      let base = bytes.baseAddress!
      return memchr(base + position, 0xFF, bytes.count - position).map { UnsafeRawPointer($0) - base }
    }
  }

  /// A picture starts here; what was held before belongs to none.
  private mutating func begin(at place: Int) {
    skip(to: place)
    self.place = .marker
    position += 2
    segment = position
  }

  /// What was taken for a picture is none, for no marker stands where its last segment ends: the next one may start
  /// within that segment. No earlier, or hostile bytes could be gone through again and again.
  private mutating func resume(at place: Int) {
    skip(to: place)
    self.place = .between
  }

  private mutating func finish(at end: Int) -> Picture? {
    guard end - start <= limit else {
      oversized += 1
      resume(at: end)
      return nil
    }
    let picture = Picture(bytes: Array(held[start..<end]), skipped: skipped - skippedBefore)
    (start, position, place) = (end, end, .between)
    (skippedBefore, unfinished) = (skipped, 0)
    return picture
  }

  private mutating func dropOversized() {
    oversized += 1
    resume(at: held.count)
  }

  /// The bytes up to `place` belong to no picture.
  private mutating func skip(to place: Int) {
    skipped += place - start
    (start, position) = (place, place)
  }
}

/// The second bytes of markers: T.81, table B.1.
private enum Marker {
  static let prefix: UInt8 = 0xFF
  static let start: UInt8 = 0xD8
  static let end: UInt8 = 0xD9
  static let scan: UInt8 = 0xDA

  /// A stuffed zero, fill bytes, restarts, and the unassigned ones, which the decoder passes over too: none has a length.
  static func belongsToCodedData(_ code: UInt8) -> Bool {
    code < 0xC0 || (0xD0...0xD7).contains(code) || code == prefix
  }
}
