/// Copies elements between two memories that step differently along the same logical axes.
struct StridedCopy: Sendable {
  /// Outermost to innermost in the target's memory, neighbours that step as one merged.
  private let sizes: [Int]
  private let from: [Int]
  private let to: [Int]

  /// - Parameters:
  ///   - from: elements to step in the source along each axis; 0 repeats (broadcasting).
  ///   - to: the same for the target.
  init(shape: [Int], from: [Int], to: [Int]) {
    var sizes: [Int] = []
    var sources: [Int] = []
    var targets: [Int] = []
    for axis in shape.indices.filter({ shape[$0] != 1 }).sorted(by: { (to[$0], $1) > (to[$1], $0) }) {
      if let last = sizes.indices.last, sources[last] == from[axis] * shape[axis],
        targets[last] == to[axis] * shape[axis]
      {
        sizes[last] *= shape[axis]
        sources[last] = from[axis]
        targets[last] = to[axis]
      } else {
        sizes.append(shape[axis])
        sources.append(from[axis])
        targets.append(to[axis])
      }
    }
    self.sizes = sizes
    self.from = sources
    self.to = targets
  }

  func run(_ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, elementSize: Int) {
    guard !sizes.contains(0) else { return }
    switch elementSize {
    case 1: copy(UnsafeRawPointer(source), UnsafeMutableRawPointer(target), UInt8.self)
    case 4: copy(UnsafeRawPointer(source), UnsafeMutableRawPointer(target), UInt32.self)
    default: copy(UnsafeRawPointer(source), UnsafeMutableRawPointer(target), UInt64.self)
    }
  }

  private func copy<Value>(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _: Value.Type) {
    copy(
      source.assumingMemoryBound(to: Value.self), target.assumingMemoryBound(to: Value.self), axis: 0)
  }

  private func copy<Value>(_ source: UnsafePointer<Value>, _ target: UnsafeMutablePointer<Value>, axis: Int) {
    guard axis < sizes.count else { return target.pointee = source.pointee }
    let (count, read, write) = (sizes[axis], from[axis], to[axis])
    if axis == sizes.count - 2 { return copyPlane(source, target) }
    guard axis == sizes.count - 1 else {
      for index in 0..<count { copy(source + index &* read, target + index &* write, axis: axis + 1) }
      return
    }
    if read == 1 && write == 1 { return target.update(from: source, count: count) }
    for index in 0..<count { target[index &* write] = source[index &* read] }
  }

  /// The two innermost axes; the longer of them is the inner loop unless runs are contiguous.
  private func copyPlane<Value>(_ source: UnsafePointer<Value>, _ target: UnsafeMutablePointer<Value>) {
    var (outer, inner) = (sizes.count - 2, sizes.count - 1)
    if from[inner] == 1 && to[inner] == 1 {
      for index in 0..<sizes[outer] {
        (target + index &* to[outer]).update(from: source + index &* from[outer], count: sizes[inner])
      }
      return
    }
    if sizes[inner] < sizes[outer] { swap(&outer, &inner) }
    let (count, read, write) = (sizes[inner], from[inner], to[inner])
    for index in 0..<sizes[outer] {
      let (source, target) = (source + index &* from[outer], target + index &* to[outer])
      for position in 0..<count { target[position &* write] = source[position &* read] }
    }
  }
}
