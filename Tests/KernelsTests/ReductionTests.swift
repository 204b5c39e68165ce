import Kernels
import Testing

@Suite struct ReductionTests {
  @Test(arguments: Table.all) func agreesWithDoublePrecision(table: Table) {
    for count in awkwardCounts {
      var noise = Noise(seed: count)
      let a = Guarded(noise.array(count))
      let b = Guarded(noise.array(count))
      let pairs = zip(a.values.map(Double.init), b.values.map(Double.init)).map { ($0, $1) }
      /// Sixteen sums or more run side by side, are joined in pairs, and each addition rounds once.
      func close(_ value: Float, _ terms: [Double]) -> Bool {
        let roundings = Double(count) / 16 + 8
        return abs(Double(value) - terms.reduce(0, +)) <= roundings * 0x1p-24 * terms.reduce(0) { $0 + abs($1) }
      }
      #expect(close(Reduction.sum(a.pointer, count: count, kernels: table.kernels), pairs.map(\.0)))
      #expect(
        close(Reduction.sumOfSquares(a.pointer, count: count, kernels: table.kernels), pairs.map { $0.0 * $0.0 }))
      #expect(
        close(
          Reduction.dotProduct(a.pointer, b.pointer, count: count, kernels: table.kernels), pairs.map { $0.0 * $0.1 }))
      #expect(
        close(
          Reduction.squaredDistance(a.pointer, b.pointer, count: count, kernels: table.kernels),
          pairs.map { ($0.0 - $0.1) * ($0.0 - $0.1) }))
      #expect(
        Reduction.maximum(a.pointer, count: count, kernels: table.kernels)
          == a.values.max() ?? -.greatestFiniteMagnitude)
    }
  }

  @Test(arguments: Table.all) func maximumOfNegativesIsNegative(table: Table) {
    for count in awkwardCounts where count > 0 {
      let values = Guarded((0..<count).map { -5 - Float($0) })
      #expect(Reduction.maximum(values.pointer, count: count, kernels: table.kernels) == -5)
    }
  }

  @Test(arguments: Table.all) func softmaxSumsToOne(table: Table) {
    for count in awkwardCounts where count > 0 {
      var noise = Noise(seed: count)
      let input = Guarded(noise.array(2 * count, -90...90))
      let output = Guarded(2 * count)
      var expected = [Float](repeating: 0, count: count)
      RowFunctions.softmax(
        rows: 2, count: count, input: input.pointer, output: output.pointer, kernels: table.kernels)
      for row in 0..<2 {
        Reference.softmax(input.pointer + row * count, into: &expected, count: count)
        #expect((0..<count).allSatisfy { abs(output.pointer[row * count + $0] - expected[$0]) < 5e-7 })
      }
      #expect(output.isIntactOutside)
    }
  }

  @Test(arguments: Table.all, [false, true]) func layerNormalizes(table: Table, scaled: Bool) {
    for count in awkwardCounts where count > 0 {
      var noise = Noise(seed: count)
      let input = Guarded(noise.array(3 * count, 90...110))
      let scale = scaled ? Guarded(noise.array(count)) : nil
      let shift = scaled ? Guarded(noise.array(count)) : nil
      let output = Guarded(3 * count)
      var expected = [Float](repeating: 0, count: count)
      RowFunctions.layerNormalization(
        rows: 3, count: count, epsilon: 1e-5, input: input.pointer, scale: scale.map { UnsafePointer($0.pointer) },
        shift: shift.map { UnsafePointer($0.pointer) }, output: output.pointer, kernels: table.kernels)
      for row in 0..<3 {
        Reference.layerNormalization(
          input.pointer + row * count, epsilon: 1e-5, scale: scale.map { UnsafePointer($0.pointer) },
          shift: shift.map { UnsafePointer($0.pointer) }, into: &expected, count: count)
        // The mean of values near 100 is good to their last place, and the deviation is about 6.
        for i in 0..<count { #expect(abs(output.pointer[row * count + i] - expected[i]) < 2e-5) }
      }
      #expect(output.isIntactOutside)
    }
  }
}
