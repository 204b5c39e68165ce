import Core
import Kernels

/// exp(x) / sum of exp(x), or its logarithm: ONNX `Softmax` and `LogSoftmax`.
///
/// From opset 13 on the sum runs along one axis; before, `flattens`, over all axes from that one on.
package struct Softmax: Operator {
  package let axis: Int
  package let flattens: Bool
  package let isLogarithmic: Bool

  package init(axis: Int, flattens: Bool = false, isLogarithmic: Bool = false) {
    self.axis = axis
    self.flattens = flattens
    self.isLogarithmic = isLogarithmic
  }

  package var name: String { isLogarithmic ? "LogSoftmax" : "Softmax" }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let x = inputs[0]!
    try x.checkFloat("input 0")
    _ = try resolvedAxis(axis, rank: x.rank, allowsEnd: flattens)
    return [x.type]
  }

  /// All axes but the first are one block whatever their order; some of them are not.
  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule {
    guard flattens, let rank = inputs.first??.rank else { return .follow }
    let first = axis < 0 ? axis + rank : axis
    return first <= 1 || first == rank ? .follow : .plain
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let output = site.outputs[0]
    let axis = try resolvedAxis(axis, rank: output.rank, allowsEnd: flattens)
    let isLogarithmic = isLogarithmic
    let size = flattens ? output.shape[axis...].reduce(1, *) : output.shape[axis]
    guard output.type.count > 0 else { return Kernel("empty") { _ in } }
    let step = flattens ? 1 : output.strides[axis]
    guard step > 1 && size > 1 else { return rowKernel(rows: output.type.count / size, count: size) }
    let lines = output.type.count / (size * step)
    return Kernel("softmax across", scratchBytes: site.threads * Self.width * MemoryLayout<Float>.stride) { frame in
      let (input, output): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (frame.input(0), frame.output(0))
      let scratch = frame.scratch.assumingMemoryBound(to: Float.self)
      let blocks = (step + Self.width - 1) / Self.width
      let threads = max(1, min(frame.threads, lines * blocks * size * Self.width / (1 << 14)))
      ThreadPool.shared.run(tasks: threads, threads: threads) { task in
        let columns = Columns(size: size, step: step, sums: scratch + task * Self.width, isLogarithmic: isLogarithmic)
        for block in task * lines * blocks / threads..<(task + 1) * lines * blocks / threads {
          let first = block % blocks * Self.width
          let start = block / blocks * size * step + first
          columns.run(input + start, output + start, count: min(Self.width, step - first))
        }
      }
    }
  }

  /// Columns that are worked on together when the axis is not the innermost in memory.
  private static let width = 512

  private func rowKernel(rows: Int, count: Int) -> Kernel {
    let isLogarithmic = isLogarithmic
    if count < 8 { return shortRowKernel(rows: rows, count: count) }
    return Kernel("softmax") { frame in
      let (input, output): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (frame.input(0), frame.output(0))
      inParallel(rows, threads: frame.threads, grain: max(1, (1 << 14) / count)) { range in
        let (first, target) = (input + range.lowerBound * count, output + range.lowerBound * count)
        guard isLogarithmic else {
          return RowFunctions.softmax(rows: range.count, count: count, input: first, output: target)
        }
        for row in 0..<range.count {
          logarithmicSoftmax(first + row * count, target + row * count, count: count)
        }
      }
    }
  }
}

extension Softmax {
  /// Rows shorter than a register: blocks of them are turned, so that registers run across rows.
  private func shortRowKernel(rows: Int, count: Int) -> Kernel {
    let isLogarithmic = isLogarithmic
    let width = Self.width
    return Kernel("softmax of short rows") { frame in
      let (input, output): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (frame.input(0), frame.output(0))
      inParallel((rows + width - 1) / width, threads: frame.threads, grain: 8) { blocks in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: (count + 1) * width) { memory in
          let turned = memory.baseAddress!
          let columns = Columns(
            size: count, step: width, sums: turned + count * width, isLogarithmic: isLogarithmic)
          for block in blocks {
            let first = block * width
            let height = min(width, rows - first)
            let (source, target) = (input + first * count, output + first * count)
            for index in 0..<count {
              for row in 0..<height { turned[index &* width &+ row] = source[row &* count &+ index] }
            }
            columns.run(turned, turned, count: height)
            for index in 0..<count {
              for row in 0..<height { target[row &* count &+ index] = turned[index &* width &+ row] }
            }
          }
        }
      }
    }
  }
}

/// x - max - ln(sum of exp(x - max)) over one row.
private func logarithmicSoftmax(_ x: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int) {
  let largest = Reduction.maximum(x, count: count)
  Elementwise.run(.subtract, x, largest, into: output, count: count)
  Elementwise.run(.exponential, output, into: output, count: count)
  var sum = Reduction.sum(output, count: count)
  withUnsafeMutablePointer(to: &sum) { Elementwise.run(.logarithm, $0, into: $0, count: 1) }
  Elementwise.run(.subtract, x, largest, into: output, count: count)
  Elementwise.run(.subtract, output, sum, into: output, count: count)
}

/// A softmax along an axis whose elements lie `step` apart, for some columns at once.
private struct Columns {
  let size: Int
  let step: Int
  let sums: UnsafeMutablePointer<Float>
  let isLogarithmic: Bool

  func run(_ x: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int) {
    sums.update(from: x, count: count)
    for index in 1..<size { Elementwise.run(.maximum, sums, x + index * step, into: sums, count: count) }
    for index in 0..<size {
      Elementwise.run(.subtract, x + index * step, sums, into: output + index * step, count: count)
      if !isLogarithmic {
        Elementwise.run(.exponential, output + index * step, into: output + index * step, count: count)
      }
    }
    sumUp(output, count)
    let operation: BinaryOperation = isLogarithmic ? .subtract : .divide
    for index in 0..<size {
      Elementwise.run(operation, output + index * step, sums, into: output + index * step, count: count)
    }
  }

  /// The sums of the powers, for the logarithm their logarithms.
  private func sumUp(_ output: UnsafeMutablePointer<Float>, _ count: Int) {
    guard isLogarithmic else {
      sums.update(from: output, count: count)
      for index in 1..<size { Elementwise.run(.add, sums, output + index * step, into: sums, count: count) }
      return
    }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { powers in
      let power = powers.baseAddress!
      sums.update(repeating: 0, count: count)
      for index in 0..<size {
        Elementwise.run(.exponential, output + index * step, into: power, count: count)
        Elementwise.run(.add, sums, power, into: sums, count: count)
      }
    }
    Elementwise.run(.logarithm, sums, into: sums, count: count)
  }
}
