import Testing

@testable import Core
@testable import Graph

@Suite struct ProgressTests {
  private static let input = Result { try Tensor([2, 3], [1, 2, 3, 4, 5, 6].map(Float.init)) }

  /// input -> Softmax -> ... -> Softmax -> output, of the input itself or of a constant.
  private func chain(_ length: Int, isConstant: Bool = false) throws -> Model {
    var graph = Graph()
    var value = graph.makeValue()
    if isConstant {
      graph.constants[value] = try Self.input.get()
    } else {
      graph.inputs = [.init(value: value, name: "x", element: .float32, shape: [nil, 3])]
    }
    for index in 0..<length {
      let next = graph.makeValue()
      graph.append(Softmax(axis: -1), name: "node\(index)", inputs: [value], outputs: [next])
      value = next
    }
    graph.outputs = [.init(value: value, name: "y", element: .float32, shape: nil)]
    return try Model(graph: graph, name: "chain")
  }

  /// The fractions told, without those told again because time has passed.
  private func fractions(_ body: () throws -> Void) rethrows -> [Double] {
    nonisolated(unsafe) var told: [Double] = []
    try Progress.watch(
      { fraction in
        if told.last != fraction { told.append(fraction) }
        return true
      }, body)
    return told
  }

  @Test func everyStepOfARunTells() throws {
    let session = try Session(try chain(4))
    for _ in 0..<2 {
      #expect(try fractions { _ = try session.run([try Self.input.get()]) } == [0, 0.25, 0.5, 0.75, 1])
    }
  }

  @Test func constantsThatAreComputedTell() throws {
    #expect(try fractions { _ = try chain(4, isConstant: true) } == [0, 0.25, 0.5, 0.75, 1])
  }

  @Test func aRunStopsBetweenSteps() throws {
    let session = try Session(try chain(4))
    let expected = try session.run([try Self.input.get()])[0].values(as: Float.self).map { $0 }
    for last in 1...4 {
      var count = 0
      let stopped = #expect(throws: FacenetError.self) {
        try Progress.watch({ _ in
          count += 1
          return count < last
        }) { _ = try session.run([try Self.input.get()]) }
      }
      #expect(stopped?.status == .cancelled && count == last)
      #expect(try session.run([try Self.input.get()])[0].values(as: Float.self).map { $0 } == expected)
    }
  }
}
