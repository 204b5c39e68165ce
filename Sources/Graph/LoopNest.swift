import Core

/// A loop over up to four memories that step differently along the same axes: outermost axis first, neighbours that step
/// as one merged, axes of one element left out.
struct LoopNest: Sendable {
  /// Elements to step in each memory, or from its start.
  typealias Steps = SIMD4<Int>

  private(set) var sizes: [Int] = []
  private(set) var strides: [Steps] = []
  private(set) var start = Steps.zero

  /// - Parameters:
  ///   - strides: for each memory the step along each axis of `shape`; 0 repeats.
  ///   - order: the axes from outermost to innermost; best that of the memory written.
  init(_ shape: [Int], strides operands: [[Int]], order: [Int]) {
    precondition(operands.count <= Steps.scalarCount)
    for axis in order where shape[axis] != 1 {
      var step = Steps.zero
      for (operand, strides) in operands.enumerated() { step[operand] = strides[axis] }
      if let last = sizes.indices.last, strides[last] == step &* Steps(repeating: shape[axis]) {
        sizes[last] *= shape[axis]
        strides[last] = step
      } else {
        sizes.append(shape[axis])
        strides.append(step)
      }
    }
  }

  var count: Int { sizes.reduce(1, *) }

  /// Calls `body` with the offsets at which each run of the innermost `inner` axes starts.
  func forEach(above inner: Int, _ body: (Steps) -> Void) {
    guard !sizes.contains(0) else { return }
    walk(0, max(0, sizes.count - inner), start, body)
  }

  private func walk(_ level: Int, _ end: Int, _ offset: Steps, _ body: (Steps) -> Void) {
    guard level < end else { return body(offset) }
    var offset = offset
    for _ in 0..<sizes[level] {
      walk(level + 1, end, offset, body)
      offset &+= strides[level]
    }
  }

  /// Size and steps of an axis counted from the innermost; one element where there are no more.
  func axis(fromInnermost position: Int) -> (size: Int, steps: Steps) {
    let level = sizes.count - 1 - position
    return level < 0 ? (1, .zero) : (sizes[level], strides[level])
  }

  /// The loop cut along its outermost axis for threads to share, in one piece where the work is small.
  /// - Parameter memory: a memory that no two pieces may write to the same place of: nothing is cut where it repeats.
  func parts(threads: Int, distinct memory: Int, grain: Int = 1 << 15) -> [LoopNest] {
    guard let size = sizes.first, let step = strides.first, step[memory] != 0 else { return [self] }
    let wanted = max(1, min(threads, size, count / grain))
    return (0..<wanted).map { part in
      let (lower, upper) = (part * size / wanted, (part + 1) * size / wanted)
      var piece = self
      piece.start = start &+ step &* Steps(repeating: lower)
      piece.sizes[0] = upper - lower
      return piece
    }
  }
}

extension [LoopNest] {
  /// Calls `body` with every piece, on as many threads as there are pieces.
  func run(_ body: (LoopNest) -> Void) {
    if count == 1 { return body(self[0]) }
    ThreadPool.shared.run(tasks: count, threads: count) { body(self[$0]) }
  }
}
