import Testing

@testable import Core
@testable import Graph

@Suite struct SelectionTests {
  private static let functions: [Comparison.Function] = [.equal, .less, .lessOrEqual, .greater, .greaterOrEqual]

  private func holds(_ function: Comparison.Function, _ a: Float, _ b: Float) -> Bool {
    switch function {
    case .equal: a == b
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    }
  }

  /// Values of which many are equal.
  private func coarse(_ values: inout Values, _ shape: [Int]) throws -> Tensor {
    try Tensor(shape, try values.tensor(shape).values(as: Float.self).map { ($0 * 2).rounded() })
  }

  @Test(arguments: ArithmeticTests.shapes, functions) func compares(
    _ shapes: ([Int], [Int]), _ function: Comparison.Function
  ) throws {
    var values = Values(seed: shapes.0.count)
    let (a, b) = (try coarse(&values, shapes.0), try coarse(&values, shapes.1))
    let shape = try broadcastShape([shapes.0, shapes.1])
    let (left, right) = (a.values(as: Float.self), b.values(as: Float.self))
    let expected = zip(broadcastSources(shapes.0, in: shape), broadcastSources(shapes.1, in: shape)).map {
      holds(function, left[$0], right[$1])
    }
    for layout in [Layout.plain, .channelsLast] {
      for constants in [[], [0], [1]] as [Set<Int>] {
        let y = try runOperator(Comparison(function), [a, b], constants: constants, threads: 3, layout: layout)[0]
        #expect(y.type == TensorType(.bool, shape))
        #expect(Array(y.values(as: Bool.self)) == expected)
      }
    }
  }

  @Test func comparesIntegersAndNothing() throws {
    let (a, b) = (try Tensor([3], [Int64.min, 2, .max]), try Tensor([3], [Int64.max, 2, .min]))
    #expect(Array(try runOperator(Comparison(.less), [a, b])[0].values(as: Bool.self)) == [true, false, false])
    let nan = try Tensor([2], [Float.nan, 1])
    #expect(Array(try runOperator(Comparison(.equal), [nan, nan])[0].values(as: Bool.self)) == [false, true])
    let flags = try Tensor([2], [true, false])
    #expect(Array(try runOperator(Comparison(.equal), [flags, flags])[0].values(as: Bool.self)) == [true, true])
    #expect(throws: FacenetError.self) { try runOperator(Comparison(.less), [flags, flags]) }
    #expect(throws: FacenetError.self) { try runOperator(Comparison(.equal), [flags, nan]) }
  }

  @Test(arguments: ArithmeticTests.shapes) func selects(_ shapes: ([Int], [Int])) throws {
    var values = Values(seed: shapes.1.count)
    let (a, b) = (try values.tensor(shapes.0), try values.tensor(shapes.1))
    let condition = try Tensor(shapes.1, try values.tensor(shapes.1).values(as: Float.self).map { $0 < 0 })
    let shape = try broadcastShape([shapes.0, shapes.1])
    let (left, right) = (broadcastSources(shapes.0, in: shape), broadcastSources(shapes.1, in: shape))
    let expected = left.indices.map { index in
      condition.values(as: Bool.self)[right[index]]
        ? a.values(as: Float.self)[left[index]] : b.values(as: Float.self)[right[index]]
    }
    for layout in [Layout.plain, .channelsLast] {
      for constants in [[], [0], [1, 2], [2]] as [Set<Int>] {
        let y = try runOperator(Selection(), [condition, a, b], constants: constants, threads: 3, layout: layout)[0]
        #expect(y.shape == shape)
        #expect(Array(y.values(as: Float.self)) == expected)
      }
    }
  }

  @Test func selectsOtherTypes() throws {
    let condition = try Tensor([2], [true, false])
    let bytes = try runOperator(Selection(), [condition, try Tensor([2], [UInt8(1), 2]), try Tensor([], [UInt8(9)])])[0]
    #expect(Array(bytes.values(as: UInt8.self)) == [1, 9])
    let wide = try runOperator(
      Selection(), [condition, try Tensor([], [Int64.min]), try Tensor([2], [Int64(3), .max])])[0]
    #expect(Array(wide.values(as: Int64.self)) == [.min, .max])
    #expect(throws: FacenetError.self) {
      try runOperator(Selection(), [condition, try Tensor([], [Int64(1)]), try Tensor([], [Float(1)])])
    }
  }

  @Test(arguments: [0, 1, 2, -1]) func gathersElements(axis: Int) throws {
    var values = Values(seed: 5)
    let x = try values.tensor([3, 4, 5])
    let shape = [2, 3, 4]
    let (first, sizes) = (axis < 0 ? axis + 3 : axis, x.shape)
    let indices = (0..<24).map { ($0 * 7) % (2 * sizes[first]) - sizes[first] }
    let expected = indices.indices.map { position -> Float in
      var at = [position / 12, position / 4 % 3, position % 4]
      at[first] = (indices[position] + sizes[first]) % sizes[first]
      return x.values(as: Float.self)[(at[0] * 4 + at[1]) * 5 + at[2]]
    }
    for constants in [[], [0], [1], [0, 1]] as [Set<Int>] {
      let wide = try Tensor(shape, indices.map { Int64($0) })
      let narrow = try Tensor(shape, indices.map { Int32($0) })
      for given in [wide, narrow] {
        let y = try runOperator(GatherElements(axis: axis), [x, given], constants: constants)[0]
        #expect(Array(y.values(as: Float.self)) == expected)
      }
    }
    let outside = try Tensor([1, 1, 1], [Int64(sizes[first])])
    #expect(throws: FacenetError.self) { try runOperator(GatherElements(axis: axis), [x, outside]) }
  }

  @Test func countsUpAndDown() throws {
    let integers = { (start: Int64, limit: Int64, delta: Int64) throws -> [Int64] in
      let inputs = try [start, limit, delta].map { try Tensor([], [$0]) }
      return Array(try runOperator(NumberRange(), inputs)[0].values(as: Int64.self))
    }
    #expect(try integers(0, 5, 2) == [0, 2, 4])
    #expect(try integers(3, -4, -3) == [3, 0, -3])
    #expect(try integers(3, 3, 1).isEmpty)
    #expect(try integers(3, 9, -1).isEmpty)
    #expect(try integers(.max - 2, .max, 1) == [.max - 2, .max - 1])
    let floats = try [Float(1), 2.1, 0.5].map { try Tensor([], [$0]) }
    #expect(Array(try runOperator(NumberRange(), floats)[0].values(as: Float.self)) == [1, 1.5, 2])
    let narrow = try [Int32(9), 0, -4].map { try Tensor([1], [$0]) }
    #expect(
      Array(try runOperator(NumberRange(), narrow, constants: [0, 1, 2])[0].values(as: Int32.self)) == [9, 5, 1])
  }

  /// A constant is plain where the tensor whose type it takes is not.
  @Test func castsAConstantLikeATensorInAnotherLayout() throws {
    var values = Values(seed: 2)
    let (shape, like) = ([2, 3, 2, 2], try values.tensor([2, 3, 2, 2]))
    let constant = try Tensor(shape, (0..<24).map { Int32($0) })
    for layout in [Layout.plain, .channelsLast] {
      let y = try runOperator(Cast(to: nil), [constant, like], constants: [0], layout: layout)[0]
      #expect(Array(y.values(as: Float.self)) == (0..<24).map { Float($0) })
      let same = try runOperator(Cast(to: nil), [like, like], constants: [0], layout: layout)[0]
      #expect(Array(same.values(as: Float.self)) == Array(like.values(as: Float.self)))
    }
  }
}
