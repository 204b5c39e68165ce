import Core
import Kernels

extension Pivots {
  /// Vectors that a choice of pivots looks at, at most.
  static let sampleCount = 8192

  /// Pivots for the vectors in slots `0..<count` of a store.
  /// - Parameter wanted: pivots; there are fewer where the vectors have fewer directions.
  static func choose(
    _ choice: PivotChoice, wanted: Int, count: Int, in store: VectorStore, draws: inout Draws, threads: Int
  ) throws(FacenetError) -> Pivots {
    let sample = try Sample(draws.sample(sampleCount, of: count), of: store)
    let most = min(wanted, store.dimension)
    var directions =
      switch choice {
      case .principal: try sample.principal(most, draws: &draws, threads: threads)
      case .farthestFirst: sample.farthestFirst(most)
      case .random, .every: (0..<most).map { sample.row($0 * sample.count / most) }
      }
    orthonormalise(&directions)
    // The sample may be one vector many times: a direction that tells nothing apart is as good as any.
    if directions.isEmpty { directions = [(0..<store.stride).map { $0 == 0 ? 1 : 0 }] }
    return try Pivots(sample.mean + directions.flatMap { $0 }, count: directions.count, stride: store.stride)
  }

  /// Makes the vectors unit vectors at right angles to each other, in order, and drops those that the ones before them
  /// make up (modified Gram-Schmidt, twice).
  static func orthonormalise(_ vectors: inout [[Float]]) {
    var kept: [[Float]] = []
    for var vector in vectors {
      let original = length(vector)
      for _ in 0..<2 {
        for other in kept {
          let part = dot(vector, other)
          for i in vector.indices { vector[i] -= part * other[i] }
        }
      }
      let rest = length(vector)
      guard rest > 1e-4 * original, rest > 0 else { continue }
      kept.append(vector.map { $0 / rest })
    }
    vectors = kept
  }

  private static func dot(_ a: [Float], _ b: [Float]) -> Float {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { Reduction.dotProduct(a.baseAddress!, $0.baseAddress!, count: a.count) }
    }
  }

  private static func length(_ a: [Float]) -> Float { dot(a, a).squareRoot() }
}

/// Some vectors of a store, less their mean.
private struct Sample {
  let count: Int
  let stride: Int
  private(set) var mean: [Float]
  private let memory: AlignedBuffer
  private var rows: UnsafeMutablePointer<Float> { memory.pointer() }

  init(_ slots: [Int], of store: VectorStore) throws(FacenetError) {
    (count, stride) = (slots.count, store.stride)
    memory = try AlignedBuffer(count: count * stride * MemoryLayout<Float>.stride)
    mean = [Float](repeating: 0, count: stride)
    let rows: UnsafeMutablePointer<Float> = memory.pointer()
    for (row, slot) in slots.enumerated() {
      try store.verify(slot..<slot + 1)
      (rows + row * stride).update(from: store.row(slot), count: stride)
      for i in 0..<stride { mean[i] += rows[row * stride + i] / Float(count) }
    }
    for row in 0..<count {
      for i in 0..<stride { rows[row * stride + i] -= mean[i] }
    }
  }

  func row(_ index: Int) -> [Float] { Array(UnsafeBufferPointer(start: rows + index * stride, count: stride)) }

  /// Each vector is the one that is farthest from those before it (max-min).
  func farthestFirst(_ wanted: Int) -> [[Float]] {
    var nearest = [Float](repeating: .infinity, count: count)
    var chosen: [[Float]] = []
    var next = (0..<count).max { sumOfSquares($0) < sumOfSquares($1) } ?? 0
    for _ in 0..<min(wanted, count) {
      chosen.append(row(next))
      let newest = rows + next * stride
      var farthest = 0
      for i in 0..<count {
        nearest[i] = min(nearest[i], Reduction.squaredDistance(newest, rows + i * stride, count: stride))
        if nearest[i] > nearest[farthest] { farthest = i }
      }
      next = farthest
    }
    return chosen
  }

  private func sumOfSquares(_ index: Int) -> Float { Reduction.sumOfSquares(rows + index * stride, count: stride) }

  /// Directions of most variance: subspace iteration with the sample's covariance. The subspace is what counts, so the
  /// directions within it are left as they come.
  func principal(_ wanted: Int, draws: inout Draws, threads: Int) throws(FacenetError) -> [[Float]] {
    let covariance = try covariance(threads: threads)
    let product = try covariance.withUnsafeBufferPointer { matrix throws(FacenetError) in
      try MatrixProduct(inner: stride, columns: stride, matrix: matrix)
    }
    let width = min(wanted + 8, stride)
    var directions = (0..<width).map { _ in (0..<stride).map { _ in draws.nextSigned() } }
    for _ in 0..<8 {
      var next = [Float](repeating: 0, count: directions.count * stride)
      let input = directions.flatMap { $0 }
      input.withUnsafeBufferPointer { input in
        next.withUnsafeMutableBufferPointer {
          product.run(
            rows: directions.count, input: input.baseAddress!, inputStride: stride, output: $0.baseAddress!,
            outputStride: stride, threads: threads)
        }
      }
      directions = directions.indices.map { Array(next[$0 * stride..<($0 + 1) * stride]) }
      Pivots.orthonormalise(&directions)
    }
    return Array(directions.prefix(wanted))
  }

  /// (stride, stride), the transposed rows times the rows.
  private func covariance(threads: Int) throws(FacenetError) -> [Float] {
    let transposed = try AlignedBuffer(count: count * stride * MemoryLayout<Float>.stride)
    let columns = transposed.pointer(to: Float.self)
    for row in 0..<count {
      for i in 0..<stride { columns[i * count + row] = rows[row * stride + i] }
    }
    let product = try MatrixProduct(
      inner: count, columns: stride, matrix: UnsafeBufferPointer(start: rows, count: count * stride))
    var result = [Float](repeating: 0, count: stride * stride)
    result.withUnsafeMutableBufferPointer {
      product.run(
        rows: stride, input: columns, inputStride: count, output: $0.baseAddress!, outputStride: stride,
        threads: threads)
    }
    withExtendedLifetime(transposed) {}
    return result
  }
}
