/// One run of a convolution: sizes and memory.
struct ConvolutionCall {
  let batch: Int
  let height: Int
  let width: Int
  let outputHeight: Int
  let outputWidth: Int
  let input: UnsafePointer<Float>
  let inputStride: Int
  /// The input is (batch, channels, height, width).
  let isPlanar: Bool
  let output: UnsafeMutablePointer<Float>
  let outputStride: Int
  let residual: UnsafePointer<Float>?
  let residualStride: Int
  let scratch: Scratch
  let threads: Int
}

/// Sizes of a run before its memory is known.
struct ConvolutionSize {
  let batch: Int
  let height: Int
  let width: Int
  let threads: Int
}

/// Working memory handed out in 64-byte aligned parts.
struct Scratch {
  /// Floats lost to alignment, at most.
  private static let slack = 16
  private var next: UnsafeMutablePointer<Float>?

  init(_ start: UnsafeMutablePointer<Float>?) { next = start }

  /// Floats to ask for so that parts of these sizes can be taken.
  static func count(_ parts: Int...) -> Int {
    parts.reduce(slack) { $0 + aligned($1) }
  }

  static func aligned(_ count: Int) -> Int { (count + slack - 1) / slack * slack }

  mutating func take(_ count: Int) -> UnsafeMutablePointer<Float> {
    guard let start = next else { preconditionFailure("a kernel that wants working memory was given none") }
    let address = UInt(bitPattern: start)
    let first = UnsafeMutablePointer<Float>(bitPattern: (address + 63) & ~63).unsafelyUnwrapped
    next = first + Self.aligned(count)
    return first
  }
}
