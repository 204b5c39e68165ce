import Core
import Imaging

/// Reads pictures from standard input as they come and prints a line for each before the next is read.
@MainActor
struct StreamReport {
  private var watch: FaceWatch<Answer>
  private let console: Console
  private var stream = JPEGStream()
  private var frames = 0
  private var broken = 0
  private var someoneIsKnown = false

  init(_ watch: FaceWatch<Answer>, _ console: Console) {
    self.watch = watch
    self.console = console
  }

  /// Works until the end of the input.
  /// - Returns: `done` where somebody known was seen, `failed` where no picture could be read.
  /// - Throws: ``LostGallery``; ``Interrupted``; what reading the input throws.
  mutating func run() throws -> ExitCode {
    while let picture = try stream.next(reading: StandardInput.read) {
      try console.result(try line(of: picture).description)
      try console.flush()
      frames += 1
    }
    reportLosses()
    guard frames > broken else {
      console.message("standard input holds no JPEG picture that can be read")
      return .failed
    }
    return someoneIsKnown ? .done : .partly
  }

  private mutating func line(of picture: JPEGStream.Picture) throws -> JSON {
    let start = ContinuousClock.now
    do {
      let bitmap = try Bitmap(decoding: picture.bytes)
      let seen = try watch.see(bitmap)
      someoneIsKnown = someoneIsKnown || seen.contains { $0.answer?.isKnown == true }
      return .object([
        ("frame", .integer(frames)), ("width", .integer(bitmap.width)), ("height", .integer(bitmap.height)),
        ("faces", .list(seen.map(json))),
        ("milliseconds", .number(Float((ContinuousClock.now - start) / .milliseconds(1)))),
      ])
    } catch let error as FacenetError {
      broken += 1
      return .object([("frame", .integer(frames)), ("error", .text(error.message))])
    }
  }

  private func json(_ seen: FaceWatch<Answer>.Sighting) -> JSON {
    let face = seen.face
    return .object(
      [("track", .integer(seen.track)), ("box", .numbers([face.left, face.top, face.right, face.bottom]))]
        + [("quality", .number(seen.quality.value))] + (seen.answer?.members ?? Answer.noMembers))
  }

  private func reportLosses() {
    if broken > 0 { console.message("\(counted(broken, "picture")) of \(frames) could not be read") }
    if stream.oversized > 0 {
      console.message("\(counted(stream.oversized, "picture")) of more than \(stream.limit) bytes passed over")
    }
    if stream.unfinished > 0 {
      console.message("the input ends within a picture, after \(counted(stream.unfinished, "byte")) of it")
    }
    let garbage = stream.skipped - stream.unfinished
    if garbage > 0 { console.message("\(counted(garbage, "byte")) between pictures passed over") }
  }
}
