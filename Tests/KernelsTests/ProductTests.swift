import Core
import Kernels
import Testing

@Suite struct ProductTests {
  struct Size: Sendable, CustomTestStringConvertible {
    let rows: Int
    let inner: Int
    let columns: Int
    var testDescription: String { "\(rows)x\(inner)x\(columns)" }
  }

  static let sizes = [
    Size(rows: 1, inner: 1, columns: 1), Size(rows: 1, inner: 512, columns: 128), Size(rows: 1, inner: 7, columns: 17),
    Size(rows: 2, inner: 3, columns: 5), Size(rows: 5, inner: 16, columns: 16), Size(rows: 6, inner: 17, columns: 15),
    Size(rows: 7, inner: 31, columns: 33), Size(rows: 13, inner: 8, columns: 40),
    Size(rows: 61, inner: 67, columns: 71),
    Size(rows: 500, inner: 5, columns: 24), Size(rows: 3, inner: 0, columns: 4),
  ]

  /// Half a unit in the last place for each addition, of sums that stay near 1.
  static func limit(_ inner: Int) -> Float { 0x1p-24 * Float(max(inner, 16)) }

  @Test(arguments: Table.all, sizes.filter { $0.inner > 0 }) func packedOnce(table: Table, size: Size) throws {
    for transposed in [false, true] {
      for (threads, hasResidual) in [(1, false), (3, true)] {
        var noise = Noise(seed: size.rows + size.inner)
        let (inputStride, outputStride) = (size.inner + 2, size.columns + 3)
        let matrix = noise.array(size.inner * size.columns)
        let bias = noise.array(size.columns)
        let input = Guarded(noise.array(size.rows * inputStride))
        let residual = hasResidual ? Guarded(noise.array(size.rows * outputStride)) : nil
        let output = Guarded(size.rows * outputStride)
        var expected = [Float](repeating: Guarded.mark, count: output.count)
        let stored = transposed ? Self.transposed(matrix, rows: size.inner) : matrix
        let product = try stored.withUnsafeBufferPointer { matrix in
          try bias.withUnsafeBufferPointer { bias in
            try MatrixProduct(
              inner: size.inner, columns: size.columns, matrix: matrix, transposed: transposed, bias: bias,
              activation: .relu, kernels: table.kernels)
          }
        }
        let residualPointer = residual.map { UnsafePointer($0.pointer) }
        product.run(
          rows: size.rows, input: input.pointer, inputStride: inputStride, output: output.pointer,
          outputStride: outputStride, residual: residualPointer, residualStride: outputStride, threads: threads)
        Reference.matrixProduct(
          rows: size.rows, inner: size.inner, columns: size.columns, a: input.pointer, aStride: inputStride, b: matrix,
          bias: bias, activation: .relu, output: &expected, outputStride: outputStride, residual: residualPointer,
          residualStride: outputStride)
        #expect(Self.areClose(output.values, expected, Self.limit(size.inner)))
        #expect(output.isIntactOutside)
      }
    }
  }

  @Test(arguments: Table.all, sizes) func packedAtRunTime(table: Table, size: Size) {
    for (aTransposed, bTransposed) in [(false, false), (false, true), (true, false), (true, true)] {
      for (batch, threads, hasBias) in [(1, 1, true), (1, 3, false), (5, 2, true)] {
        var noise = Noise(seed: size.inner)
        let product = BatchedProduct(batch: batch, rows: size.rows, inner: size.inner, columns: size.columns)
        let aStride = (aTransposed ? size.rows : size.inner) + 1
        let bStride = (bTransposed ? size.inner : size.columns) + 2
        let aSize = (aTransposed ? size.inner : size.rows) * aStride
        let a = Guarded(noise.array(batch * aSize))
        // One B for the whole batch.
        let b = Guarded(noise.array((bTransposed ? size.columns : size.inner) * bStride))
        let bias = hasBias ? Guarded(noise.array(size.columns)) : nil
        let outputStride = size.columns + 1
        let output = Guarded(batch * size.rows * outputStride)
        var expected = [Float](repeating: Guarded.mark, count: output.count)
        let first = BatchedProduct.Operand(
          a.pointer, rowStride: aStride, batchStride: aSize, transposed: aTransposed)
        let second = BatchedProduct.Operand(b.pointer, rowStride: bStride, batchStride: 0, transposed: bTransposed)
        let biasPointer = bias.map { UnsafePointer($0.pointer) }
        let scratch = Guarded(product.scratchCount(threads: threads, kernels: table.kernels))
        product.run(
          a: first, b: second, bias: biasPointer, output: output.pointer, outputStride: outputStride,
          outputBatchStride: size.rows * outputStride, scratch: scratch.pointer, threads: threads,
          kernels: table.kernels)
        Reference.batchedProduct(
          product, a: first, b: second, bias: biasPointer, output: &expected, outputStride: outputStride,
          outputBatchStride: size.rows * outputStride)
        #expect(Self.areClose(output.values, expected, Self.limit(size.inner)))
        #expect(output.isIntactOutside && scratch.isIntactOutside)
      }
    }
  }

  static func transposed(_ matrix: [Float], rows: Int) -> [Float] {
    let columns = matrix.count / rows
    return (0..<matrix.count).map { matrix[$0 % rows * columns + $0 / rows] }
  }

  static func areClose(_ a: [Float], _ b: [Float], _ limit: Float) -> Bool {
    zip(a, b).allSatisfy { abs($0 - $1) <= limit * max(1, abs($1)) }
  }

  @Test func refusesArraysThatDoNotFit() {
    func make(_ inner: Int, _ columns: Int, count: Int) throws {
      try [Float](repeating: 0, count: count).withUnsafeBufferPointer { matrix in
        _ = try MatrixProduct(inner: inner, columns: columns, matrix: matrix)
      }
    }
    #expect(throws: FacenetError.self) { try make(3, 4, count: 11) }
    #expect(throws: FacenetError.self) { try make(0, 4, count: 0) }
    #expect(throws: FacenetError.self) { try make(-3, -4, count: 12) }
    #expect(throws: FacenetError.self) { try make(.max, .max, count: 1) }
  }
}
