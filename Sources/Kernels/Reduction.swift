/// One number from contiguous floats. The order of the sums depends on the count alone: same input, same bits.
package enum Reduction {
  package static func sum(_ input: UnsafePointer<Float>, count: Int, kernels: any KernelTable.Type = Processor.kernels)
    -> Float
  {
    kernels.sum(input, count)
  }

  package static func sumOfSquares(
    _ input: UnsafePointer<Float>, count: Int, kernels: any KernelTable.Type = Processor.kernels
  ) -> Float {
    kernels.dotProduct(input, input, count)
  }

  /// The largest value; the lowest number of all for no values.
  package static func maximum(
    _ input: UnsafePointer<Float>, count: Int, kernels: any KernelTable.Type = Processor.kernels
  ) -> Float {
    kernels.maximum(input, count)
  }

  package static func dotProduct(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int, kernels: any KernelTable.Type = Processor.kernels
  ) -> Float {
    kernels.dotProduct(a, b, count)
  }

  /// The squared Euclidean distance: the sum of (a - b)².
  package static func squaredDistance(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int, kernels: any KernelTable.Type = Processor.kernels
  ) -> Float {
    kernels.squaredDistance(a, b, count)
  }
}
