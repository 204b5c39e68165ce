import Kernels
import Testing

/// Each function against double precision over its whole range of floats.
@Suite struct TranscendentalTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let operation: UnaryOperation
    let range: ClosedRange<Float>
    /// Greatest error in units in the last place.
    let limit: Double
    /// Or this absolute error, for what is a small difference of large values.
    var absolute = 0.0
    var testDescription: String { "\(operation) in \(range)" }
  }

  static let cases = [
    Case(operation: .exponential, range: -104...88.8, limit: 1.5),
    Case(operation: .logarithm, range: 0...Float.greatestFiniteMagnitude, limit: 1.5),
    Case(operation: .logarithm, range: 0.5...2, limit: 1.5),
    Case(operation: .hyperbolicTangent, range: -12...12, limit: 2.5),
    Case(operation: .errorFunction, range: -6...6, limit: 2),
    Case(operation: .sigmoid, range: -104...104, limit: 3),
    Case(operation: .squareRoot, range: 0...1e38, limit: 0.5),
    Case(operation: .reciprocal, range: 1e-38...1e38, limit: 0.5),
    // A part in a million.
    Case(operation: .gelu, range: -1...100, limit: 16),
    Case(operation: .gelu, range: -100...0, limit: 0, absolute: 2e-7),
    Case(operation: .geluTangent, range: -1...100, limit: 4),
    Case(operation: .geluTangent, range: -100...0, limit: 0, absolute: 2e-7),
  ]

  /// Values evenly spread over the representable floats of a range, and over the range itself.
  static func samples(_ range: ClosedRange<Float>) -> [Float] {
    func order(_ x: Float) -> Int64 { x < 0 ? -Int64((-x).bitPattern) : Int64(x.bitPattern) }
    func float(_ order: Int64) -> Float {
      order < 0 ? -Float(bitPattern: UInt32(-order)) : Float(bitPattern: UInt32(order))
    }
    let low = order(range.lowerBound)
    let high = order(range.upperBound)
    let count: Int64 = 100_003
    let representable = (0...count).map { float(low + (high - low) / count * $0) }
    let even = (0...count).map {
      range.lowerBound + (range.upperBound - range.lowerBound) * Float(Double($0) / Double(count))
    }
    return representable + even.filter(range.contains)
  }

  @Test(arguments: Table.all, cases) func isAsExactAsStated(table: Table, function: Case) {
    let input = Self.samples(function.range)
    var output = [Float](repeating: 0, count: input.count)
    Elementwise.run(function.operation, input, into: &output, count: input.count, kernels: table.kernels)
    var worst = 0.0
    var worstInput: Float = 0
    for (x, y) in zip(input, output) {
      let exact = Reference.value(function.operation, Double(x))
      if abs(Double(y) - exact) <= function.absolute { continue }
      let error = unitsInLastPlace(y, exact)
      if error > worst { (worst, worstInput) = (error, x) }
    }
    #expect(worst <= function.limit, "\(worst) ULP at \(worstInput)")
  }

  @Test(arguments: Table.all) func endsAreRight(table: Table) {
    func value(_ operation: UnaryOperation, _ x: Float) -> Float {
      var result: Float = 0
      withUnsafePointer(to: x) { Elementwise.run(operation, $0, into: &result, count: 1, kernels: table.kernels) }
      return result
    }
    for operation in [
      UnaryOperation.exponential, .logarithm, .hyperbolicTangent, .errorFunction, .sigmoid, .relu, .clip(0, 1),
      .leakyRelu(slope: 0.1), .gelu, .squareRoot,
    ] {
      #expect(value(operation, .nan).isNaN, "\(operation)")
    }
    #expect(value(.exponential, .infinity) == .infinity)
    #expect(value(.exponential, -.infinity) == 0)
    #expect(value(.exponential, 0) == 1)
    #expect(value(.exponential, -103) == Float.leastNonzeroMagnitude)
    #expect(value(.logarithm, 0) == -.infinity)
    #expect(value(.logarithm, -0.0) == -.infinity)
    #expect(value(.logarithm, -1).isNaN)
    #expect(value(.logarithm, .infinity) == .infinity)
    #expect(value(.logarithm, 1) == 0)
    #expect(value(.gelu, .infinity) == .infinity)
    #expect(value(.gelu, -.infinity).magnitude < 1e-20)
    #expect(value(.hyperbolicTangent, .infinity) == 1)
    #expect(value(.hyperbolicTangent, -.infinity) == -1)
    #expect(value(.errorFunction, -.infinity) == -1)
    #expect(value(.sigmoid, -.infinity) == 0)
    #expect(value(.sigmoid, .infinity) == 1)
  }
}
