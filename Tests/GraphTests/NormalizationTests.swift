import Glibc
import Testing

@testable import Core
@testable import Graph

@Suite struct NormalizationTests {
  static let shapes = [[1, 1, 1, 1], [2, 3, 5, 7], [1, 17, 3, 1], [2, 16, 4], [1, 5, 2, 3, 2]]

  @Test(arguments: shapes, [1, 2, 5, 8]) func localResponseDividesByNeighbouringChannels(shape: [Int], size: Int) throws
  {
    var values = Values(seed: size)
    let x = try values.tensor(shape)
    let operation = try LocalResponseNormalization(size: size, alpha: 0.3, beta: 0.75, bias: 1.5)
    let y = try runOperator(operation, [x])[0]
    let (source, channels) = (x.values(as: Float.self), shape[1])
    let pixels = shape[2...].reduce(1, *)
    let expected = source.indices.map { index -> Double in
      let channel = index / pixels % channels
      var sum = 0.0
      for other in (channel - (size - 1) / 2)...(channel + size / 2) where (0..<channels).contains(other) {
        let value = Double(source[index + (other - channel) * pixels])
        sum += value * value
      }
      return Double(source[index]) / pow(1.5 + 0.3 / Double(size) * sum, 0.75)
    }
    #expect(relativeError(y, expected) < 2e-6)
  }

  @Test(arguments: shapes) func instancesAreNormalisedAlone(shape: [Int]) throws {
    var values = Values(seed: shape.count)
    let (x, channels) = (try values.tensor(shape), shape[1])
    let (scale, bias) = (try values.tensor([channels]), try values.tensor([channels]))
    let y = try runOperator(InstanceNormalization(epsilon: 1e-3), [x, scale, bias], constants: [1, 2])[0]
    let pixels = shape[2...].reduce(1, *)
    let source = x.values(as: Float.self).map(Double.init)
    let expected = source.indices.map { index -> Double in
      let plane = source[(index / pixels * pixels)..<(index / pixels * pixels + pixels)]
      let mean = plane.reduce(0, +) / Double(pixels)
      let variance = plane.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(pixels)
      let channel = index / pixels % channels
      let normal = (source[index] - mean) / (variance + 1e-3).squareRoot()
      return normal * Double(scale.values(as: Float.self)[channel]) + Double(bias.values(as: Float.self)[channel])
    }
    #expect(relativeError(y, expected) < 1e-5)
  }

  @Test(arguments: shapes) func batchesAreNormalisedByTheirOwnStatistics(shape: [Int]) throws {
    var values = Values(seed: shape.count + 1)
    let (x, channels) = (try values.tensor(shape), shape[1])
    let given = try (0..<4).map { _ in try values.tensor([channels]) }
    let pixels = shape[2...].reduce(1, *)
    let source = x.values(as: Float.self).map(Double.init)
    let parameters = given.map { $0.values(as: Float.self).map(Double.init) }
    var (expected, means, variances) = (source, parameters[2], parameters[3])
    for channel in 0..<channels {
      let own = source.indices.filter { $0 / pixels % channels == channel }
      let mean = own.reduce(0) { $0 + source[$1] } / Double(own.count)
      let variance = own.reduce(0) { $0 + (source[$1] - mean) * (source[$1] - mean) } / Double(own.count)
      let factor = parameters[0][channel] / (variance + 1e-3).squareRoot()
      for index in own { expected[index] = (source[index] - mean) * factor + parameters[1][channel] }
      means[channel] = means[channel] * 0.8 + mean * 0.2
      variances[channel] = variances[channel] * 0.8 + variance * 0.2
    }
    for layout in [Layout.plain, .channelsLast] {
      let operation = BatchStatistics(epsilon: 1e-3, momentum: 0.8)
      let y = try runOperator(operation, [x] + given, constants: [1, 2, 3, 4], outputs: 3, layout: layout)
      #expect(relativeError(y[0], expected) < 1e-5)
      #expect(relativeError(y[1], means) < 1e-6)
      #expect(relativeError(y[2], variances) < 1e-6)
    }
  }

  @Test(arguments: [0, 1, -1, -2]) func layersAreNormalisedFromAnAxisOn(axis: Int) throws {
    var values = Values(seed: axis + 9)
    let shape = [3, 7, 5]
    let first = axis < 0 ? axis + 3 : axis
    let (rows, count) = (shape[..<first].reduce(1, *), shape[first...].reduce(1, *))
    let x = try values.tensor(shape)
    let (scale, bias) = (try values.tensor(Array(shape[first...])), try values.tensor(Array(shape[first...])))
    let results = try runOperator(LayerNormalization(axis: axis, epsilon: 1e-5), [x, scale, bias], outputs: 3)
    var (expected, means, deviations): ([Double], [Double], [Double]) = ([], [], [])
    for row in 0..<rows {
      let line = x.values(as: Float.self)[row * count..<(row + 1) * count].map(Double.init)
      let mean = line.reduce(0, +) / Double(count)
      let variance = line.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
      means.append(mean)
      deviations.append(1 / (variance + 1e-5).squareRoot())
      for (index, value) in line.enumerated() {
        let normal = (value - mean) * deviations[row]
        expected.append(
          normal * Double(scale.values(as: Float.self)[index]) + Double(bias.values(as: Float.self)[index]))
      }
    }
    #expect(relativeError(results[0], expected) < 1e-5)
    #expect(relativeError(results[1], means) < 1e-5)
    #expect(relativeError(results[2], deviations) < 1e-5)
    #expect(results[1].shape == Array(shape[..<first]) + shape[first...].map { _ in 1 })
  }

  @Test(arguments: [0, 1, 2], [1, 2]) func vectorsGetNormOne(axis: Int, p: Int) throws {
    var values = Values(seed: 3)
    let shape = [4, 3, 5]
    let y = try runOperator(LpNormalization(axis: axis, p: p), [try values.tensor(shape)])[0].values(as: Float.self)
    let inner = shape[(axis + 1)...].reduce(1, *)
    for line in 0..<60 / shape[axis] {
      let start = line / inner * inner * shape[axis] + line % inner
      let sum = (0..<shape[axis]).reduce(0.0) { $0 + pow(abs(Double(y[start + $1 * inner])), Double(p)) }
      #expect(abs(sum - 1) < 1e-6)
    }
    let zero = try runOperator(LpNormalization(axis: 0, p: p), [try Tensor([2], [Float(0), 0])])[0]
    #expect(Array(zero.values(as: Float.self)) == [0, 0])
  }

  @Test func refusesWhatDoesNotFit() throws {
    var values = Values(seed: 4)
    let x = try values.tensor([2, 3, 4])
    let wrong = try values.tensor([5])
    #expect(throws: FacenetError.self) { try runOperator(LpNormalization(axis: 3, p: 2), [x]) }
    #expect(throws: FacenetError.self) { try LpNormalization(axis: 0, p: 3) }
    #expect(throws: FacenetError.self) { try LocalResponseNormalization(size: 0, alpha: 1, beta: 1, bias: 1) }
    #expect(throws: FacenetError.self) { try runOperator(LayerNormalization(axis: 1, epsilon: 0), [x, wrong]) }
    #expect(throws: FacenetError.self) {
      try runOperator(InstanceNormalization(epsilon: 0), [x, wrong, wrong], constants: [1, 2])
    }
  }
}
