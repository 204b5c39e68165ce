import Glibc
import Testing

@testable import Core
@testable import Graph

@Suite struct PoolingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var input: [Int]
    var kernel: [Int]
    var strides: [Int]? = nil
    var dilations: [Int]? = nil
    var pads: [Int]? = nil
    var autoPad = WindowGeometry.AutoPad.notSet
    var ceil = false
    var testDescription: String {
      "\(input) k\(kernel) s\(strides ?? []) d\(dilations ?? []) p\(pads ?? []) \(autoPad) \(ceil)"
    }

    func window() throws -> WindowGeometry {
      try WindowGeometry(
        kernel: kernel, strides: strides, dilations: dilations, pads: pads, autoPad: autoPad, ceilMode: ceil)
    }
  }

  static let cases = [
    Case(input: [1, 1, 1], kernel: [1]),
    Case(input: [2, 3, 7], kernel: [3], strides: [2], pads: [1, 2], ceil: true),
    Case(input: [1, 16, 6, 6], kernel: [3, 3], strides: [2, 2], ceil: true),
    Case(input: [2, 17, 5, 7], kernel: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1]),
    Case(input: [1, 3, 11, 8], kernel: [2, 3], strides: [3, 3], dilations: [2, 3], pads: [1, 2, 0, 1], ceil: true),
    Case(input: [1, 5, 9, 9], kernel: [4, 4], strides: [3, 2], autoPad: .sameUpper),
    Case(input: [1, 5, 9, 9], kernel: [4, 4], strides: [3, 2], autoPad: .sameLower, ceil: true),
    Case(input: [1, 5, 9, 9], kernel: [4, 4], strides: [3, 2], autoPad: .valid),
    Case(input: [2, 3, 4, 5, 6], kernel: [2, 3, 2], strides: [2, 2, 1], pads: [1, 0, 1, 0, 2, 0]),
    Case(input: [2, 1, 3, 3], kernel: [2, 2], dilations: [3, 3], pads: [1, 1, 1, 1]),
  ]

  /// What each window sees: values inside the image with their positions, and how many taps lie inside image and pads.
  private struct Sight {
    var values: [Double] = []
    var positions: [Int] = []
    var padded = 0
  }

  private func sights(_ test: Case, _ x: Tensor) throws -> [Sight] {
    let rank = test.kernel.count
    let sizes = Array(test.input[2...])
    let window = try test.window().resolved(inputSizes: sizes)
    let output = try window.outputSizes(sizes)
    let pixels = sizes.reduce(1, *)
    let xs = x.values(as: Float.self)
    var result: [Sight] = []
    for plane in 0..<test.input[0] * test.input[1] {
      for place in 0..<output.reduce(1, *) {
        var sight = Sight()
        for tap in 0..<test.kernel.reduce(1, *) {
          var (rest, tapRest, pixel, step, inside, padded) = (place, tap, 0, 1, true, true)
          for axis in (0..<rank).reversed() {
            let start = rest % output[axis] * window.strides[axis] - window.padsBefore[axis]
            let at = start + tapRest % test.kernel[axis] * window.dilations[axis]
            rest /= output[axis]
            tapRest /= test.kernel[axis]
            inside = inside && at >= 0 && at < sizes[axis]
            padded = padded && at < sizes[axis] + window.padsAfter[axis]
            pixel += at * step
            step *= sizes[axis]
          }
          if padded { sight.padded += 1 }
          guard inside else { continue }
          sight.values.append(Double(xs[plane * pixels + pixel]))
          sight.positions.append(plane * pixels + pixel)
        }
        result.append(sight)
      }
    }
    return result
  }

  private func check(_ test: Case, _ kind: Pooling.Kind, _ expected: (Sight) -> Double) throws {
    var values = Values(seed: test.kernel.count)
    let x = try values.tensor(test.input)
    let wanted = try sights(test, x).map(expected)
    let operation = try Pooling(kind, window: try test.window())
    for layout in [Layout.plain, .channelsLast] {
      for threads in [1, 3] {
        let y = try runOperator(operation, [x], threads: threads, layout: layout)[0]
        #expect(relativeError(y, wanted) < 1e-6)
      }
    }
    #expect(relativeError(try runOperator(operation, [x], constants: [0])[0], wanted) < 1e-6)
  }

  @Test(arguments: cases) func takesTheLargest(_ test: Case) throws {
    try check(test, .maximum(columnMajor: false)) { $0.values.max() ?? -Double(Float.greatestFiniteMagnitude) }
  }

  @Test(arguments: cases) func averages(_ test: Case) throws {
    try check(test, .average(includesPads: false)) { $0.values.reduce(0, +) / Double(max(1, $0.values.count)) }
    try check(test, .average(includesPads: true)) { $0.values.reduce(0, +) / Double($0.padded) }
  }

  @Test(arguments: cases, [1, 2, 3]) func takesTheNorm(_ test: Case, p: Int) throws {
    try check(test, .norm(p: p)) { pow($0.values.reduce(0) { $0 + pow(abs($1), Double(p)) }, 1 / Double(p)) }
  }

  @Test(arguments: cases.filter { $0.dilations == nil }) func tellsWhereTheLargestIs(_ test: Case) throws {
    let count = test.input.reduce(1, *)
    // All different, so that there is one answer.
    let x = try Tensor(test.input, (0..<count).map { Float($0 &* 7919 % 10007) })
    let expected = try sights(test, x).map { sight -> Int in
      let best = sight.values.indices.max { sight.values[$0] < sight.values[$1] } ?? 0
      return sight.positions[best]
    }
    for layout in [Layout.plain, .channelsLast] {
      let row = try Pooling(.maximum(columnMajor: false), window: try test.window())
      let outputs = try runOperator(row, [x], outputs: 2, layout: layout)
      #expect(outputs[1].values(as: Int64.self).map { Int($0) } == expected)
      let values = expected.map { Double(x.values(as: Float.self)[$0]) }
      #expect(relativeError(outputs[0], values) == 0)
      let column = try Pooling(.maximum(columnMajor: true), window: try test.window())
      let turned = try runOperator(column, [x], outputs: 2, layout: layout)[1].values(as: Int64.self).map { Int($0) }
      #expect(turned == expected.map { columnMajor($0, test.input) })
    }
  }

  /// The position when the first spatial axis runs fastest.
  private func columnMajor(_ position: Int, _ shape: [Int]) -> Int {
    let sizes = shape[2...]
    let pixels = sizes.reduce(1, *)
    var (rest, at) = (position % pixels, [Int]())
    for size in sizes.reversed() {
      at.insert(rest % size, at: 0)
      rest /= size
    }
    return position / pixels * pixels + zip(at, sizes).reversed().reduce(0) { $0 * $1.1 + $1.0 }
  }

  /// 1 2 3 4 5 in pairs: the last 5 stands alone or beside a zero.
  @Test(arguments: [1, 2, 3]) func countsWhatOverhangsWhereToldTo(rank: Int) throws {
    let x = try Tensor(
      [1, 1, 5] + [Int](repeating: 2, count: rank - 1), (0..<5 << (rank - 1)).map { Float($0 >> (rank - 1) + 1) })
    for (padsOverhang, last) in [(false, Float(5)), (true, 2.5)] {
      let window = try WindowGeometry(
        kernel: [Int](repeating: 2, count: rank), strides: [Int](repeating: 2, count: rank), ceilMode: true,
        padsOverhang: padsOverhang)
      for includesPads in [false, true] {
        let y = try runOperator(try Pooling(.average(includesPads: includesPads), window: window), [x])[0]
        #expect(Array(y.values(as: Float.self)) == [1.5, 3.5, includesPads ? last : 5])
      }
    }
  }

  @Test func takesBytes() throws {
    let window = try WindowGeometry(kernel: [2, 2], strides: [2, 2])
    let pool = try Pooling(.maximum(columnMajor: false), window: window)
    let x = try Tensor([1, 1, 2, 4], [Int8(-3), -2, 5, 1, -128, -9, 127, 0])
    #expect(Array(try runOperator(pool, [x])[0].values(as: Int8.self)) == [-2, 127])
    let y = try Tensor([1, 2, 2, 2], [UInt8(3), 2, 5, 1, 128, 9, 255, 0])
    #expect(Array(try runOperator(pool, [y], layout: .channelsLast)[0].values(as: UInt8.self)) == [5, 255])
  }

  @Test(arguments: [[2, 3, 5, 7], [1, 17, 1, 1], [2, 16, 9], [1, 3, 2, 3, 4]]) func poolsWholeImages(shape: [Int])
    throws
  {
    var values = Values(seed: shape.count)
    let x = try values.tensor(shape)
    let pixels = shape[2...].reduce(1, *)
    let planes = (0..<shape[0] * shape[1]).map { plane in
      (0..<pixels).map { Double(x.values(as: Float.self)[plane * pixels + $0]) }
    }
    for layout in [Layout.plain, .channelsLast] {
      for constants in [[], [0]] as [Set<Int>] {
        let mean = try runOperator(GlobalPooling(.average), [x], constants: constants, layout: layout)[0]
        let largest = try runOperator(GlobalPooling(.maximum), [x], constants: constants, layout: layout)[0]
        #expect(mean.shape == Array(shape[..<2]) + shape[2...].map { _ in 1 })
        #expect(relativeError(mean, planes.map { $0.reduce(0, +) / Double(pixels) }) < 1e-6)
        #expect(relativeError(largest, planes.map { $0.max()! }) == 0)
      }
    }
  }

  @Test func refusesWhatCannotBe() throws {
    var values = Values(seed: 5)
    let x = try values.tensor([1, 2, 4, 4])
    let vast = Int(Int32.max) / 2
    let refused = [
      Case(input: [], kernel: []), Case(input: [], kernel: [5, 5]), Case(input: [], kernel: [2]),
      Case(input: [], kernel: [2, 2, 2]), Case(input: [], kernel: [3, 3], pads: [3, 0, 0, 0]),
      Case(input: [], kernel: [vast, vast]), Case(input: [], kernel: [2, 2], dilations: [vast, 1]),
    ]
    for test in refused {
      #expect(throws: FacenetError.self, "\(test)") {
        try runOperator(try Pooling(.maximum(columnMajor: false), window: try test.window()), [x])
      }
    }
    #expect(throws: FacenetError.self) { try Pooling(.norm(p: 0), window: try WindowGeometry(kernel: [2])) }
    #expect(throws: FacenetError.self) {
      try runOperator(GlobalPooling(.average), [try Tensor([1, 2, 0, 4], [Float]())])
    }
    #expect(throws: FacenetError.self) { try runOperator(GlobalPooling(.average), [try values.tensor([1, 2])]) }
  }

  /// A window of 2^30 by 2^30 by 2^30 over one pixel: only the taps that see something are visited.
  @Test func survivesAWindowOfPadding() throws {
    let (vast, edge) = (Int(Int32.max) / 2, Int(Int32.max) / 2 - 1)
    for rank in 1...3 {
      let window = try WindowGeometry(
        kernel: [Int](repeating: vast, count: rank), strides: [Int](repeating: vast, count: rank),
        pads: [Int](repeating: edge, count: 2 * rank))
      let x = try Tensor([1, 1] + [Int](repeating: 1, count: rank), [Float(3)])
      let largest = try runOperator(try Pooling(.maximum(columnMajor: true), window: window), [x], outputs: 2)
      #expect(largest[0].values(as: Float.self)[0] == 3)
      let mean = try runOperator(try Pooling(.average(includesPads: true), window: window), [x])[0]
      #expect(abs(Double(mean.values(as: Float.self)[0]) * pow(Double(vast), Double(rank)) - 3) < 1e-5)
    }
  }
}
