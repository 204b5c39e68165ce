import Glibc
import Testing

@testable import Core
@testable import Graph

@Suite struct ReduceTests {
  static let functions: [Reduce.Function] = [
    .sum, .mean, .maximum, .minimum, .product, .sumOfSquares, .l1, .l2, .logarithmOfSum,
  ]
  static let cases: [(shape: [Int], axes: [Int])] = [
    ([7], [0]), ([1], [0]), ([2, 3, 5, 7], [2, 3]), ([2, 17, 4, 3], [-1, -2]), ([1, 16, 9, 5], [2, 3]),
    ([3, 16, 2, 5], [1]), ([3, 17, 2, 5], [0, 2]), ([2, 3, 4], [1, 2]), ([2, 3, 4, 5, 2], [1, 3]),
    ([2, 3, 5, 7], []), ([4, 1, 6], [1]), ([2, 1, 5, 5], [3]),
  ]

  private func apply(_ function: Reduce.Function, _ values: [Double]) -> Double {
    switch function {
    case .sum: values.reduce(0, +)
    case .mean: values.reduce(0, +) / Double(values.count)
    case .maximum: values.max() ?? -.infinity
    case .minimum: values.min() ?? .infinity
    case .product: values.reduce(1, *)
    case .sumOfSquares: values.reduce(0) { $0 + $1 * $1 }
    case .l1: values.reduce(0) { $0 + abs($1) }
    case .l2: values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case .logarithmOfSum: log(values.reduce(0, +))
    }
  }

  /// The numbers that each output is made of, outputs in row-major order.
  private func groups(_ x: [Double], _ shape: [Int], _ axes: [Int]) -> [[Double]] {
    let reduced = axes.isEmpty ? Set(shape.indices) : Set(axes.map { $0 < 0 ? $0 + shape.count : $0 })
    let kept = shape.indices.filter { !reduced.contains($0) }
    var groups = [[Double]](repeating: [], count: kept.reduce(1) { $0 * shape[$1] })
    for (index, value) in x.enumerated() {
      var (rest, at) = (index, shape)
      for axis in shape.indices.reversed() {
        at[axis] = rest % shape[axis]
        rest /= shape[axis]
      }
      groups[kept.reduce(0) { $0 * shape[$1] + at[$1] }].append(value)
    }
    return groups
  }

  @Test(arguments: cases, functions) func gathers(_ test: (shape: [Int], axes: [Int]), _ function: Reduce.Function)
    throws
  {
    var values = Values(seed: test.shape.count + test.axes.count)
    let positive = function == .logarithmOfSum
    let x = try Tensor(
      test.shape, try values.tensor(test.shape).values(as: Float.self).map { positive ? abs($0) + 0.5 : $0 })
    let expected = groups(x.values(as: Float.self).map(Double.init), test.shape, test.axes).map { apply(function, $0) }
    let axes = try Tensor([test.axes.count], test.axes.map(Int64.init))
    for layout in [Layout.plain, .channelsLast] {
      for keeps in [true, false] {
        for threads in [1, 2] {
          let attribute = try runOperator(
            Reduce(function, axes: test.axes, keepsAxes: keeps), [x], threads: threads, layout: layout)[0]
          let input = try runOperator(Reduce(function, keepsAxes: keeps), [x, axes], constants: [1], layout: layout)[0]
          #expect(relativeError(attribute, expected) < 2e-6, "\(layout) \(keeps)")
          #expect(relativeError(input, expected) < 2e-6)
          #expect(attribute.shape == input.shape)
          #expect(attribute.shape.count == (keeps ? test.shape.count : attribute.shape.count))
        }
      }
    }
  }

  @Test func keepsWhatNoAxisIsNamedFor() throws {
    let x = try Tensor([2, 2], [Float(-1), 2, -3, 4])
    let none = try Tensor([0], [Int64]())
    let kept = try runOperator(Reduce(.sum, keepsAllWithoutAxes: true), [x, none], constants: [1])[0]
    #expect(Array(kept.values(as: Float.self)) == [-1, 2, -3, 4])
    let norms = try runOperator(Reduce(.l2, keepsAllWithoutAxes: true), [x])[0]
    #expect(Array(norms.values(as: Float.self)) == [1, 2, 3, 4])
    let all = try runOperator(Reduce(.sum), [x, nil])[0]
    #expect(Array(all.values(as: Float.self)) == [2] && all.shape == [1, 1])
  }

  @Test func reducesNothingToTheNeutralElement() throws {
    let x = try Tensor([2, 0, 3], [Float]())
    let reduce = { (function: Reduce.Function) in
      Array(try runOperator(Reduce(function, axes: [1], keepsAxes: false), [x])[0].values(as: Float.self))
    }
    #expect(try reduce(.sum) == [Float](repeating: 0, count: 6))
    #expect(try reduce(.product) == [Float](repeating: 1, count: 6))
    #expect(try reduce(.maximum) == [Float](repeating: -.infinity, count: 6))
    #expect(try reduce(.minimum) == [Float](repeating: .infinity, count: 6))
  }

  @Test func takesIntegers() throws {
    let x = try Tensor([2, 3], [Int32(-5), 2, 1, 7, .max, 1])
    let reduce = { (function: Reduce.Function) in
      Array(try runOperator(Reduce(function, axes: [1], keepsAxes: false), [x])[0].values(as: Int32.self))
    }
    #expect(try reduce(.sum) == [-2, .min + 7])
    #expect(try reduce(.mean) == [0, (.min + 7) / 3])
    #expect(try reduce(.maximum) == [2, .max])
    #expect(try reduce(.minimum) == [-5, 1])
    let bytes = try Tensor([3], [UInt8(3), 250, 7])
    #expect(try runOperator(Reduce(.maximum), [bytes])[0].values(as: UInt8.self)[0] == 250)
  }

  @Test(arguments: [[4], [-5], [1, 1], [0, -4], [Int.max], [Int.min]]) func refusesAxesThatAreNot(axes: [Int]) throws {
    var values = Values(seed: 2)
    let x = try values.tensor([2, 3, 4, 5])
    #expect(throws: FacenetError.self) { try runOperator(Reduce(.sum, axes: axes), [x]) }
  }

  @Test func refusesTheMeanOfNoIntegers() throws {
    let x = try Tensor([2, 0], [Int64]())
    #expect(throws: FacenetError.self) { try runOperator(Reduce(.mean, axes: [1]), [x]) }
    #expect(throws: FacenetError.self) { try runOperator(Reduce(.sum), [try Tensor([1], [UInt8(1)])]) }
  }
}
