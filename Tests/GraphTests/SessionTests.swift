import Testing

@testable import Core
@testable import Graph

@Suite struct SessionTests {
  /// input -> Identity -> Identity -> output
  private func chain(_ length: Int, shape: [Int?]?) throws -> Model {
    var graph = Graph()
    var value = graph.makeValue()
    graph.inputs = [.init(value: value, name: "x", element: .float32, shape: shape)]
    for index in 0..<length {
      let next = graph.makeValue()
      graph.append(Identity(), name: "node\(index)", inputs: [value], outputs: [next])
      value = next
    }
    graph.outputs = [.init(value: value, name: "y", element: .float32, shape: nil)]
    return try Model(graph: graph, name: "chain")
  }

  @Test(arguments: [0, 1, 3]) func handsValuesThrough(length: Int) throws {
    let session = Session(try chain(length, shape: [nil, 3]))
    for rows in [1, 5, 2] {
      let values = (0..<rows * 3).map(Float.init)
      let result = try session.run([try Tensor([rows, 3], values)])
      #expect(Array(result[0].values(as: Float.self)) == values)
      #expect(result[0].shape == [rows, 3])
    }
  }

  @Test func refusesAnInputThatIsDeclaredOtherwise() throws {
    let session = Session(try chain(1, shape: [nil, 3]))
    let wrong = try Tensor([2, 4], [Float](repeating: 0, count: 8))
    #expect(throws: FacenetError(.invalidArgument, "input 'x' is float32(?,3), got float32(2,4) (chain)")) {
      try session.run([wrong])
    }
    #expect(throws: FacenetError.self) { try session.run([]) }
    #expect(throws: FacenetError.self) { try session.run([try Tensor([1, 3], [Int32(1), 2, 3])]) }
  }

  @Test func refusesAGraphThatReadsWhatNobodyMakes() {
    var graph = Graph()
    let (unmade, output) = (graph.makeValue(), graph.makeValue())
    graph.append(Identity(), name: "node", inputs: [unmade], outputs: [output])
    graph.outputs = [.init(value: output, name: "y", element: .float32, shape: nil)]
    #expect(throws: FacenetError.self) { try Model(graph: graph, name: "broken") }
  }

  @Test func convertsLayoutsOnTheWayInAndOut() throws {
    let session = Session(try chain(2, shape: nil))
    let shape = [2, 3, 4, 5]
    let plan = try session.plan([Operand(TensorType(.float32, shape), layout: .channelsLast)])
    let input = session.input(0, of: plan).bindMemory(to: Float.self)
    let strides = Layout.channelsLast.strides(of: shape)
    var expected: [Float] = []
    for n in 0..<2 {
      for c in 0..<3 {
        for h in 0..<4 {
          for w in 0..<5 {
            let value = Float(expected.count)
            input[n * strides[0] + c * strides[1] + h * strides[2] + w * strides[3]] = value
            expected.append(value)
          }
        }
      }
    }
    try session.execute(plan)
    #expect(Array(session.output(0, of: plan).bindMemory(to: Float.self)) == expected)
  }

  @Test func refusesMoreMemoryThanAllowed() throws {
    let session = Session(try chain(1, shape: nil), memoryLimit: 1000)
    #expect(throws: FacenetError.self) { try session.run([try Tensor([300], [Float](repeating: 1, count: 300))]) }
  }
}
