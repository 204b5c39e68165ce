import Core
import KernelCore

extension Processor {
  /// What one thread reaches in 10^9 operations a second, a multiplication and an addition counted as two: the best of
  /// many short runs of the register tile on data that stays in the nearest cache. Takes some milliseconds.
  package static func peak(kernels: any KernelTable.Type = Processor.kernels) -> Double {
    let (rows, depth, columns) = (kernels.tileRows, 128, 2 * kernels.registerWidth)
    let values = [Float](repeating: 0.5, count: max(rows, columns) * (depth + 1))
    var output = [Float](repeating: 0, count: rows * columns)
    return values.withUnsafeBufferPointer { values in
      output.withUnsafeMutableBufferPointer { output in
        guard let values = values.baseAddress, let output = output.baseAddress else { return 0 }
        let epilogue = Epilogue(kind: .none, low: 0, high: 0, bias: values, slopes: values)
        var product = Product(input: values, weights: values, output: output, tileRows: rows, epilogue: epilogue)
        product.rows = rows
        product.depth = depth
        product.columns = columns
        product.inputStride = depth
        product.outputStride = columns
        let repetitions = 400
        var best = Duration.seconds(1)
        for _ in 0..<40 {
          let start = ContinuousClock.now
          for _ in 0..<repetitions { kernels.run(product) }
          best = min(best, ContinuousClock.now - start)
        }
        return 2 * Double(rows * depth * columns * repetitions) / (best / .nanoseconds(1))
      }
    }
  }
}
