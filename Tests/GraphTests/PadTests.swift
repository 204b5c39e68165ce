import Testing

@testable import Core
@testable import Graph

@Suite struct PadTests {
  /// Shapes with the widths before and after each axis; a negative one cuts.
  static let cases: [(shape: [Int], before: [Int], after: [Int])] = [
    ([5], [2], [3]),
    ([2, 3, 4, 5], [0, 0, 0, 0], [0, 0, 0, 0]),
    ([1, 4, 3, 5], [0, 0, 1, 0], [0, 0, 0, 2]),
    ([2, 3, 4, 5], [0, 0, 1, 1], [0, 0, 1, 1]),
    ([2, 3, 4, 2], [0, 2, 0, 0], [0, 1, 0, 0]),
    ([1, 2, 3, 4], [1, 0, 0, 0], [2, 0, 0, 0]),
    ([2, 3, 4, 5], [0, -1, 2, -2], [1, 0, -1, 1]),
    ([3, 4], [-2, 6], [0, -9]),
    ([2, 1, 3, 1], [0, 1, 0, 2], [0, 0, 2, 1]),
  ]

  /// The place in the input along one axis, nil for the value.
  private func source(_ position: Int, _ size: Int, _ mode: Pad.Mode) -> Int? {
    var place = position
    while place < 0 || place >= size {
      switch mode {
      case .constant: return nil
      case .edge: place += place < 0 ? 1 : -1
      case .wrap: place += place < 0 ? size : -size
      case .reflect: place = size == 1 ? 0 : place < 0 ? -place : 2 * (size - 1) - place
      }
    }
    return place
  }

  private func expected<Value>(
    _ mode: Pad.Mode, _ test: (shape: [Int], before: [Int], after: [Int]), _ x: [Value],
    _ value: Value
  ) -> [Value] {
    let shape = test.shape.indices.map { test.shape[$0] + test.before[$0] + test.after[$0] }
    return (0..<shape.reduce(1, *)).map { index in
      var (rest, offset, step) = (index, 0, 1)
      for axis in shape.indices.reversed() {
        guard let place = source(rest % shape[axis] - test.before[axis], test.shape[axis], mode) else { return value }
        offset += place * step
        rest /= shape[axis]
        step *= test.shape[axis]
      }
      return x[offset]
    }
  }

  @Test(arguments: [Pad.Mode.constant, .reflect, .edge, .wrap], cases) func showsWhatTheDefinitionSays(
    mode: Pad.Mode, test: (shape: [Int], before: [Int], after: [Int])
  ) throws {
    var values = Values(seed: test.shape.count)
    let x = try values.tensor(test.shape)
    let wanted = expected(mode, test, Array(x.values(as: Float.self)), -7.5)
    for layout in [Layout.plain, .channelsLast] {
      let pad = Pad(mode: mode, widths: test.before + test.after, value: -7.5)
      let y = try runOperator(pad, [x], layout: layout)[0]
      #expect(Array(y.values(as: Float.self)) == wanted, "\(layout)")
    }
  }

  @Test func writesValuesOfEverySize() throws {
    let pad = Pad(mode: .constant, widths: [1, 2], value: 0)
    func check<Value: TensorElement & Equatable>(_ x: [Value], _ value: Value, _ wanted: [Value]) throws {
      let inputs = [try Tensor([x.count], x), nil, try Tensor([], [value])]
      let y = try runOperator(pad, inputs, constants: [2])[0]
      #expect(Array(y.values(as: Value.self)) == wanted)
    }
    try check([5, -6] as [Int8], -3, [-3, 5, -6, -3, -3])
    try check([5, -6] as [Int32], 1 << 20 + 3, [1 << 20 + 3, 5, -6, 1 << 20 + 3, 1 << 20 + 3])
    try check([5, -6] as [Int64], .min + 1, [.min + 1, 5, -6, .min + 1, .min + 1])
  }

  /// A frame of any width is few runs, which are computed as they are needed.
  @Test func wideFramesAreFewRuns() {
    let wide = 1 << 40
    func axis(_ mode: Pad.Mode) -> PaddedAxis {
      PaddedAxis(mode: mode, before: wide, input: 4, output: 2 * wide + 4, step: 1)
    }
    #expect(axis(.constant).run(at: 0) == .init(source: nil, step: 0, count: wide))
    #expect(axis(.edge).run(at: 0) == .init(source: 0, step: 0, count: wide))
    #expect(axis(.edge).run(at: wide) == .init(source: 0, step: 1, count: 4))
    #expect(axis(.edge).run(at: wide + 4) == .init(source: 3, step: 0, count: wide))
    #expect(axis(.wrap).run(at: 2 * wide + 2) == .init(source: 2, step: 1, count: 2))
    // The period is 0 1 2 3 2 1, and -2^40 is 2 above a multiple of its six positions.
    #expect(axis(.reflect).run(at: 0) == .init(source: 2, step: 1, count: 1))
    #expect(axis(.reflect).run(at: 1) == .init(source: 3, step: -1, count: 3))
  }
}
