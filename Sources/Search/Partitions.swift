import Core
import Glibc
import Kernels

/// Parts of the projected vectors, each around a centre: the likeliest for a query are looked at.
///
/// A part is seen as a normal distribution around its centre with the spread of its vectors. Immutable: any thread.
final class Partitions: Sendable {
  /// Sample of a centre, at most, and rounds of k-means.
  static let samplePerCentre = 48
  static let rounds = 6

  let count: Int
  /// Numbers in a projection.
  let dimension: Int
  /// (count, dimension) centres, then the mean squared distance a dimension of each one's vectors from it.
  let floats: [Float]
  private let product: MatrixProduct
  /// |c|² of each centre, infinite in the padding.
  private let squaredLengths: [Float]

  /// - Parameter floats: count (dimension + 1).
  init(_ floats: [Float], count: Int, dimension: Int) throws(FacenetError) {
    (self.count, self.dimension, self.floats) = (count, dimension, floats)
    product = try floats.withUnsafeBufferPointer { floats throws(FacenetError) in
      try MatrixProduct(
        inner: dimension, columns: count, matrix: UnsafeBufferPointer(rebasing: floats[..<(count * dimension)]),
        transposed: true)
    }
    squaredLengths = (0..<count).map { centre in
      floats[centre * dimension..<(centre + 1) * dimension].reduce(0) { $0 + $1 * $1 }
    }
  }

  /// The place of the nearest centre for each of (rows, dimension) projections, and the squared distance to it.
  func assign(
    _ rows: Int, _ points: UnsafePointer<Float>, to parts: UnsafeMutablePointer<Int32>,
    distances: UnsafeMutablePointer<Float>
  ) throws(FacenetError) {
    let step = min(rows, 64)
    let buffer = try AlignedBuffer(count: step * count * MemoryLayout<Float>.stride)
    defer { withExtendedLifetime(buffer) {} }
    let products = buffer.pointer(to: Float.self)
    for start in stride(from: 0, to: rows, by: max(step, 1)) {
      let block = min(step, rows - start)
      product.run(
        rows: block, input: points + start * dimension, inputStride: dimension, output: products, outputStride: count)
      for row in 0..<block {
        let (part, score) = nearest(products + row * count)
        parts[start + row] = part
        let point = points + (start + row) * dimension
        distances[start + row] = max(0, score + Reduction.sumOfSquares(point, count: dimension))
      }
    }
  }

  /// The place of the nearest centre.
  func nearest(to point: [Float]) -> Int {
    var products = [Float](repeating: 0, count: count)
    product.run(rows: 1, input: point, inputStride: dimension, output: &products, outputStride: count)
    return Int(nearest(products).0)
  }

  /// The centre with the least |c|² - 2 <c, x>: in lanes, so that the comparisons do not wait for each other.
  private func nearest(_ products: UnsafePointer<Float>) -> (Int32, Float) {
    squaredLengths.withUnsafeBufferPointer { squaredLengths in
      var best = SIMD16<Float>(repeating: .infinity)
      var places = SIMD16<Int32>(repeating: 0)
      var lane = SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
      var i = 0
      while i &+ 16 <= count {
        let lengths = UnsafeRawPointer(squaredLengths.baseAddress! + i).loadUnaligned(as: SIMD16<Float>.self)
        let scores = lengths - 2 * UnsafeRawPointer(products + i).loadUnaligned(as: SIMD16<Float>.self)
        let isLess = scores .< best
        best.replace(with: scores, where: isLess)
        places.replace(with: lane, where: unsafeBitCast(isLess, to: SIMDMask<SIMD16<Int32>>.self))
        lane = lane &+ 16
        i &+= 16
      }
      var (place, score) = (Int32(0), Float.infinity)
      for j in 0..<16 where best[j] < score || (best[j] == score && places[j] < place) {
        (place, score) = (places[j], best[j])
      }
      while i < count {
        let next = squaredLengths[i] - 2 * products[i]
        if next < score { (place, score) = (Int32(i), next) }
        i &+= 1
      }
      return (place, score)
    }
  }

  /// The negative log-likelihood, up to a constant, of each part holding the match of a projected query.
  /// - Parameter scores: `count` floats.
  func score(_ point: UnsafePointer<Float>, _ likelihood: Likelihood, into scores: UnsafeMutablePointer<Float>) {
    product.run(rows: 1, input: point, inputStride: dimension, output: scores, outputStride: count)
    let squaredLength = Reduction.sumOfSquares(point, count: dimension)
    for i in 0..<count {
      let distance = squaredLength + squaredLengths[i] - 2 * scores[i]
      switch likelihood {
      case .equalVariance: scores[i] = distance
      case .distanceProportional:
        let variance = floats[count * dimension + i]
        scores[i] = .minimum(distance / variance + Float(dimension) * logf(variance), .greatestFiniteMagnitude)
      }
    }
  }
}

extension Partitions {
  /// Centres of projections by k-means (Lloyd) on a sample.
  /// - Parameter points: (rows, dimension).
  static func train(
    _ wanted: Int, _ points: UnsafePointer<Float>, rows: Int, dimension: Int, draws: inout Draws
  ) throws(FacenetError) -> Partitions {
    let sample = draws.sample(wanted * samplePerCentre, of: rows)
    let copy = try AlignedBuffer(count: sample.count * dimension * MemoryLayout<Float>.stride)
    defer { withExtendedLifetime(copy) {} }
    let chosen = copy.pointer(to: Float.self)
    for (i, row) in sample.enumerated() {
      (chosen + i * dimension).update(from: points + row * dimension, count: dimension)
    }
    var floats: [Float] = []
    for centre in draws.sample(wanted, of: sample.count) {
      floats += UnsafeBufferPointer(start: chosen + centre * dimension, count: dimension)
    }
    let count = floats.count / dimension
    floats += [Float](repeating: 1, count: count)
    var partitions = try Partitions(floats, count: count, dimension: dimension)
    var parts = [Int32](repeating: 0, count: sample.count)
    var distances = [Float](repeating: 0, count: sample.count)
    for round in 0..<rounds {
      try Progress.reached(Double(round) / Double(rounds))
      try partitions.assign(sample.count, chosen, to: &parts, distances: &distances)
      partitions = try partitions.moved(to: chosen, parts, distances)
    }
    return partitions
  }

  /// Each centre in the middle of its points; where it has none, it stays.
  private func moved(to points: UnsafePointer<Float>, _ parts: [Int32], _ distances: [Float]) throws(FacenetError)
    -> Partitions
  {
    var floats = floats
    var sizes = [Float](repeating: 0, count: count)
    var sums = [Float](repeating: 0, count: count * dimension)
    var spreads = [Float](repeating: 0, count: count)
    for (i, part) in parts.enumerated() {
      let part = Int(part)
      sizes[part] += 1
      spreads[part] += distances[i]
      for k in 0..<dimension { sums[part * dimension + k] += points[i * dimension + k] }
    }
    let mean = max(distances.reduce(0, +) / Float(distances.count), .leastNormalMagnitude)
    for part in 0..<count {
      // As if each part had five vectors more of the mean spread: small parts are not believed.
      let spread = (spreads[part] + 5 * mean) / (sizes[part] + 5) / Float(dimension)
      floats[count * dimension + part] = max(spread, .leastNormalMagnitude)
      guard sizes[part] > 0 else { continue }
      for k in 0..<dimension { floats[part * dimension + k] = sums[part * dimension + k] / sizes[part] }
    }
    return try Partitions(floats, count: count, dimension: dimension)
  }
}
