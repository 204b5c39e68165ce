import Testing

@testable import Core
@testable import Graph

@Suite struct ArithmeticTests {
  static let shapes: [([Int], [Int])] = [
    ([], []), ([1], [1]), ([7], []), ([2, 3, 5, 7], [2, 3, 5, 7]), ([2, 3, 5, 7], [3, 1, 1]),
    ([1, 16, 4, 4], [1, 16, 1, 1]), ([3, 17, 2, 5], [3, 17, 1, 1]), ([3, 1, 1], [2, 3, 5, 7]),
    ([2, 17, 3, 3], [5, 2, 17, 3, 3]), ([2, 1, 4, 1], [1, 3, 1, 5]), ([2, 3, 4, 6], [4, 6]), ([2, 3, 4, 6], [6]),
    ([2, 3, 4, 6], [4, 1]), ([1, 3, 1, 1], [1, 1, 4, 6]), ([5, 4, 3], [4, 1]), ([0, 3, 2], [3, 1]),
    ([2, 1, 4, 4], [4]),
    ([1, 31, 1, 1], [1, 31, 1, 1]),
  ]
  static let functions: [Arithmetic.Function] = [.add, .subtract, .multiply, .divide, .minimum, .maximum, .mean]

  private func apply(_ function: Arithmetic.Function, _ a: Double, _ b: Double) -> Double {
    switch function {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .minimum: min(a, b)
    case .maximum: max(a, b)
    case .mean: (a + b) / 2
    }
  }

  @Test(arguments: shapes, functions) func broadcasts(_ shapes: ([Int], [Int]), _ function: Arithmetic.Function) throws
  {
    var values = Values(seed: shapes.0.count * 7 + shapes.1.count)
    let a = try values.tensor(shapes.0)
    let b = try Tensor(shapes.1, try values.tensor(shapes.1).values(as: Float.self).map { $0 < 0 ? $0 - 1 : $0 + 1 })
    let shape = try broadcastShape([shapes.0, shapes.1])
    let (left, right) = (a.values(as: Float.self), b.values(as: Float.self))
    let expected = zip(broadcastSources(shapes.0, in: shape), broadcastSources(shapes.1, in: shape)).map {
      Double(Float(apply(function, Double(left[$0]), Double(right[$1]))))
    }
    for layout in [Layout.plain, .channelsLast] {
      for constants in [[], [0], [1]] as [Set<Int>] {
        for threads in [1, 3] {
          let y = try runOperator(
            Arithmetic(function), [a, b], constants: constants, threads: threads, layout: layout)[0]
          #expect(y.shape == shape)
          #expect(y.values(as: Float.self).map(Double.init) == expected, "\(layout) \(constants)")
        }
      }
    }
  }

  @Test func sharesLargeWorkAmongThreads() throws {
    var values = Values(seed: 3)
    let a = try values.tensor([3, 17, 83, 61])
    let slope = try values.tensor([17, 1, 1])
    for layout in [Layout.plain, .channelsLast] {
      let one = try runOperator(Arithmetic(.multiply), [a, slope], constants: [1], layout: layout)[0]
      let four = try runOperator(Arithmetic(.multiply), [a, slope], constants: [1], threads: 4, layout: layout)[0]
      #expect(Array(one.values(as: Float.self)) == Array(four.values(as: Float.self)))
    }
  }

  @Test(arguments: [1, 2, 3, 5]) func takesAnyNumber(count: Int) throws {
    let shapes = [[2, 1, 3], [3], [1, 4, 1], [], [2, 4, 3]].prefix(count)
    var values = Values(seed: count)
    let tensors = try shapes.map { try values.tensor($0) }
    let shape = try broadcastShape(Array(shapes))
    let all = zip(shapes, tensors).map { shapeOf, tensor in
      broadcastSources(shapeOf, in: shape).map { Double(tensor.values(as: Float.self)[$0]) }
    }
    let columns = (0..<shape.reduce(1, *)).map { position in all.map { $0[position] } }
    for layout in [Layout.plain, .channelsLast] {
      let run = { (function: Arithmetic.Function) in
        try runOperator(Arithmetic(function, operandCount: tensors.count), tensors, layout: layout)[0]
      }
      #expect(relativeError(try run(.add), columns.map { $0.reduce(0, +) }) < 1e-6)
      #expect(relativeError(try run(.mean), columns.map { $0.reduce(0, +) / Double(count) }) < 1e-6)
      #expect(relativeError(try run(.minimum), columns.map { $0.min()! }) == 0)
      #expect(relativeError(try run(.maximum), columns.map { $0.max()! }) == 0)
    }
  }

  @Test func wrapsIntegersAndTruncatesQuotients() throws {
    let a = try Tensor([5], [Int32.min, .max, -7, 7, 9])
    let b = try Tensor([5], [Int32(-1), 2, 2, -2, 3])
    let run = { (function: Arithmetic.Function) in
      Array(try runOperator(Arithmetic(function), [a, b])[0].values(as: Int32.self))
    }
    #expect(try run(.add) == [.max, .min + 1, -5, 5, 12])
    #expect(try run(.subtract) == [.min + 1, .max - 2, -9, 9, 6])
    #expect(try run(.multiply) == [.min, -2, -14, -14, 27])
    #expect(try run(.divide) == [.min, .max / 2, -3, -3, 3])
    let bytes = try runOperator(Arithmetic(.subtract), [try Tensor([2], [UInt8(1), 9]), try Tensor([], [UInt8(3)])])
    #expect(Array(bytes[0].values(as: UInt8.self)) == [254, 6])
    let long = try runOperator(Arithmetic(.maximum), [try Tensor([2], [Int64.min, 9]), try Tensor([1], [Int64(3)])])
    #expect(Array(long[0].values(as: Int64.self)) == [3, 9])
    let short = try runOperator(Arithmetic(.multiply), [try Tensor([2], [Int8(100), 9]), try Tensor([1], [Int8(3)])])
    #expect(Array(short[0].values(as: Int8.self)) == [44, 27])
  }

  @Test func refusesWhatCannotBe() throws {
    let zero = FacenetError(.invalidArgument, "Div 'node': an integer is divided by zero (test)")
    #expect(throws: zero) {
      try runOperator(Arithmetic(.divide), [try Tensor([2], [Int64(1), 2]), try Tensor([2], [Int64(1), 0])])
    }
    let shapes = FacenetError(.invalidArgument, "Add 'node': shapes [2] and [3] cannot be broadcast together (test)")
    #expect(throws: shapes) {
      try runOperator(Arithmetic(.add), [try Tensor([2], [Float(1), 2]), try Tensor([3], [Float(1), 0, 1])])
    }
    let types = FacenetError(.unsupported, "Mul 'node': its inputs must be of one type, got float32, int32 (test)")
    #expect(throws: types) {
      try runOperator(Arithmetic(.multiply), [try Tensor([1], [Float(1)]), try Tensor([1], [Int32(1)])])
    }
    #expect(throws: FacenetError.self) {
      try runOperator(Arithmetic(.add), [try Tensor([1], [true]), try Tensor([1], [true])])
    }
    #expect(throws: FacenetError.self) { try runOperator(Arithmetic(.subtract), [try Tensor([1], [Float(1)])]) }
    #expect(throws: FacenetError.self) { try runOperator(Arithmetic(.add), [try Tensor([1], [Float(1)]), nil]) }
  }
}
