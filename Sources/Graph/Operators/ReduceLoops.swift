import Core
import Kernels

/// The loops of a reduction: memory 0 is read, memory 1 gathers and repeats along what is reduced.
struct ReduceLoops: Sendable {
  let function: Reduce.Function
  let pieces: [LoopNest]
  let outputCount: Int
  /// Numbers that each output is made of.
  let termCount: Int

  func floats(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    y.update(repeating: start(lowest: -.infinity, highest: .infinity), count: outputCount)
    if let pooling, pieces.allSatisfy(\.reducesPixels) {
      pieces.run { piece in
        piece.forEachBlock { start, pixels, channels in
          pooling.run(
            batch: 1, pixels: pixels, channels: channels, input: x + start[0], inputStride: channels,
            output: y + start[1])
        }
      }
      if function == .sum { Elementwise.run(.multiply, y, Float(termCount), into: y, count: outputCount) }
      return
    }
    pieces.run { piece in
      piece.forEachRun { start, count, step in gather(x + start[0], y + start[1], count, step) }
    }
    switch function {
    case .mean: Elementwise.run(.divide, y, Float(termCount), into: y, count: outputCount)
    case .l2: Elementwise.run(.squareRoot, y, into: y, count: outputCount)
    case .logarithmOfSum: Elementwise.run(.logarithm, y, into: y, count: outputCount)
    default: break
    }
  }

  /// The kernel for a mean, sum or maximum over all pixels of channels-last images.
  private var pooling: Kernels.GlobalPooling? {
    switch function {
    case .mean, .sum: .average
    case .maximum: .maximum
    default: nil
    }
  }

  private func start<Value: Numeric>(lowest: Value, highest: Value) -> Value {
    switch function {
    case .maximum: lowest
    case .minimum: highest
    case .product: 1
    default: 0
    }
  }

  /// One run of the innermost axis taken into the output.
  private func gather(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int, _ step: LoopNest.Steps
  ) {
    switch (function, step[0], step[1]) {
    case (.sum, 1, 0), (.mean, 1, 0), (.logarithmOfSum, 1, 0): y.pointee += Reduction.sum(x, count: count)
    case (.sumOfSquares, 1, 0), (.l2, 1, 0): y.pointee += Reduction.sumOfSquares(x, count: count)
    case (.maximum, 1, 0): gather(Reduction.maximum(x, count: count), into: &y.pointee)
    case (.sum, 1, 1), (.mean, 1, 1), (.logarithmOfSum, 1, 1): Elementwise.run(.add, y, x, into: y, count: count)
    case (.sumOfSquares, 1, 1), (.l2, 1, 1): Elementwise.multiplyAdd(x, x, UnsafePointer(y), into: y, count: count)
    case (.maximum, 1, 1): Elementwise.run(.maximum, y, x, into: y, count: count)
    case (.minimum, 1, 1): Elementwise.run(.minimum, y, x, into: y, count: count)
    case (.product, 1, 1): Elementwise.run(.multiply, y, x, into: y, count: count)
    default:
      for i in 0..<count { gather(x[i &* step[0]], into: &y[i &* step[1]]) }
    }
  }

  private func gather(_ x: Float, into y: inout Float) {
    switch function {
    case .sum, .mean, .logarithmOfSum: y += x
    case .sumOfSquares, .l2: y += x * x
    case .l1: y += abs(x)
    case .product: y *= x
    case .maximum: y = x.isNaN || x > y ? x : y
    case .minimum: y = x.isNaN || x < y ? x : y
    }
  }

  /// - Parameter highest: the least of nothing.
  func integers<Value: FixedWidthInteger>(
    _ x: UnsafePointer<Value>, _ y: UnsafeMutablePointer<Value>, highest: Value = .max
  ) {
    y.update(repeating: start(lowest: .min, highest: highest), count: outputCount)
    pieces.run { piece in
      piece.forEachRun { start, count, step in
        for i in 0..<count { gather(x[start[0] + i &* step[0]], into: &y[start[1] + i &* step[1]]) }
      }
    }
    for i in 0..<outputCount {
      switch function {
      case .mean: y[i] /= Value(clamping: termCount)
      case .l2: y[i] = Value(clamping: Int64(Double(max(0, y[i])).squareRoot()))
      default: break
      }
    }
  }

  private func gather<Value: FixedWidthInteger>(_ x: Value, into y: inout Value) {
    switch function {
    case .sum, .mean, .logarithmOfSum: y &+= x
    case .sumOfSquares, .l2: y &+= x &* x
    case .l1: y &+= x < 0 ? 0 &- x : x
    case .product: y &*= x
    case .maximum: y = max(y, x)
    case .minimum: y = min(y, x)
    }
  }
}

extension LoopNest {
  /// Whether all that is reduced are the pixels of channels-last images.
  fileprivate var reducesPixels: Bool {
    let (channels, inner) = axis(fromInnermost: 0)
    let (pixels, outer) = axis(fromInnermost: 1)
    return pixels > 1 && inner[0] == 1 && inner[1] == 1 && outer[0] == channels && outer[1] == 0
      && strides.dropLast(2).allSatisfy { $0[1] != 0 }
  }
}
