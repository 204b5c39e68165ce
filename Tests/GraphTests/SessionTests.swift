import Glibc
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
    let session = try Session(chain(length, shape: [nil, 3]))
    for rows in [1, 5, 2] {
      let values = (0..<rows * 3).map(Float.init)
      let result = try session.run([try Tensor([rows, 3], values)])
      #expect(Array(result[0].values(as: Float.self)) == values)
      #expect(result[0].shape == [rows, 3])
    }
  }

  @Test func refusesAnInputThatIsDeclaredOtherwise() throws {
    let session = try Session(chain(1, shape: [nil, 3]))
    let wrong = try Tensor([2, 4], [Float](repeating: 0, count: 8))
    #expect(throws: FacenetError(.invalidArgument, "input 'x' is float32(?,3), got float32(2,4) (chain)")) {
      try session.run([wrong])
    }
    #expect(throws: FacenetError.self) { try session.run([]) }
    #expect(throws: FacenetError.self) { try session.run([try Tensor([1, 3], [Int32(1), 2, 3])]) }
  }

  @Test func saysWhatItTakesAndGives() throws {
    let model = try chain(1, shape: [nil, 3])
    #expect(model.inputs.map(\.name) == ["x"] && model.outputs.map(\.name) == ["y"])
    #expect(model.inputs[0].elementType == .float32 && model.inputs[0].shape == [nil, 3])
    #expect(model.outputs[0].shape == nil)
  }

  @Test(arguments: [(-1, 1), (1025, 1), (Int.min, 1), (1, -1)])
  func refusesNumbersOutsideTheirRange(threads: Int, memoryLimit: Int) {
    #expect(throws: FacenetError.self) { try Session(chain(1, shape: nil), threads: threads, memoryLimit: memoryLimit) }
  }

  @Test func refusesAGraphThatReadsWhatNobodyMakes() {
    var graph = Graph()
    let (unmade, output) = (graph.makeValue(), graph.makeValue())
    graph.append(Identity(), name: "node", inputs: [unmade], outputs: [output])
    graph.outputs = [.init(value: output, name: "y", element: .float32, shape: nil)]
    #expect(throws: FacenetError.self) { try Model(graph: graph, name: "broken") }
  }

  @Test func convertsLayoutsOnTheWayInAndOut() throws {
    let session = try Session(chain(2, shape: nil))
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
    let session = try Session(chain(1, shape: nil), memoryLimit: 1000)
    #expect(throws: FacenetError.self) { try session.run([try Tensor([300], [Float](repeating: 1, count: 300))]) }
  }

  /// Inputs are read where they lie, from the first byte to the last and no further: pages that cannot be read or written
  /// surround this one.
  @Test func readsInputsWhereTheyLieAndNothingBeside() throws {
    let page = 4096
    let memory = mmap(nil, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
    defer { munmap(memory, 3 * page) }
    var values = Values(seed: 3)
    let x = try values.tensor([1, 4, 16, 16])
    let weights = [try values.tensor([8, 4, 3, 3]), try values.tensor([8, 4, 1, 1])]
    let guarded = UnsafeMutableRawBufferPointer(start: memory + page, count: page)
    guarded.copyMemory(from: x.bytes)
    #expect(mprotect(memory, page, PROT_NONE) == 0 && mprotect(memory + 2 * page, page, PROT_NONE) == 0)
    #expect(mprotect(memory + page, page, PROT_READ) == 0)
    for (operation, constants) in [
      (Convolution(.init(pads: [1, 1, 1, 1])), [weights[0]]), (Convolution(.init()), [weights[1]]),
      (UnaryFunction(.relu), []), (Transpose(order: nil), []), (Identity(), []), (Reshape(.flatten(axis: 1)), []),
    ] as [(any Operator, [Tensor])] {
      let session = try Session(single(operation, constants))
      let expected = try session.run([x])[0]
      let plan = try session.run(on: [.init(x.type, UnsafeRawBufferPointer(guarded))])
      #expect(Array(session.output(0, of: plan)) == Array(expected.bytes))
    }
  }

  private func single(_ operation: any Operator, _ constants: [Tensor]) throws -> Model {
    var graph = Graph()
    let (input, output) = (graph.makeValue(), graph.makeValue())
    graph.inputs = [.init(value: input, name: "x", element: .float32, shape: nil)]
    let others = constants.map { tensor in
      let value = graph.makeValue()
      graph.constants[value] = tensor
      return value
    }
    graph.append(operation, name: "node", inputs: [input] + others, outputs: [output])
    graph.outputs = [.init(value: output, name: "y", element: .float32, shape: nil)]
    return try Model(graph: graph, name: "single")
  }

  /// An output that is an input under another name is the session's, whatever becomes of the input.
  @Test(arguments: [0, 2]) func keepsOutputsThatAreInputs(length: Int) throws {
    let session = try Session(chain(length, shape: nil))
    var values: [Float] = [1, 2, 3]
    let plan = try values.withUnsafeBytes { try session.run(on: [.init(TensorType(.float32, [3]), $0)]) }
    values = [4, 5, 6]
    #expect(Array(session.output(0, of: plan).bindMemory(to: Float.self)) == [1, 2, 3])
  }

  /// What a run wrote may be what the next reads, and so may elements at odd addresses.
  @Test func copiesWhatItCannotReadInPlace() throws {
    let session = try Session(single(Transpose(order: [1, 0]), []))
    let x = try Tensor([2, 3], [Float](arrayLiteral: 1, 2, 3, 4, 5, 6))
    var plan = try session.run(on: [.init(x.type, x.bytes)])
    plan = try session.run(on: [.init(plan.outputs[0].type, session.output(0, of: plan))])
    #expect(Array(session.output(0, of: plan).bindMemory(to: Float.self)) == [1, 2, 3, 4, 5, 6])
    let odd = [0] + Array(x.bytes)
    plan = try odd.withUnsafeBytes { try session.run(on: [.init(x.type, .init(rebasing: $0[1...]))]) }
    #expect(Array(session.output(0, of: plan).bindMemory(to: Float.self)) == [1, 4, 2, 5, 3, 6])
  }

  /// The outputs of a run, in the session's memory, as the inputs of the next.
  private func outputs(_ session: Session, _ plan: Plan) -> [Session.Input] {
    plan.outputs.indices.map { .init(plan.outputs[$0].type, session.output($0, of: plan)) }
  }

  /// A run that needs more memory gives the old back, in which its input may lie.
  @Test func readsItsOutputsWhereMemoryGrows() throws {
    var graph = Graph()
    let (x, y) = (graph.makeValue(), graph.makeValue())
    graph.inputs = [.init(value: x, name: "x", element: .float32, shape: nil)]
    graph.outputs = [.init(value: y, name: "y", element: .float32, shape: nil)]
    graph.append(Concatenation(axis: 0), name: "node", inputs: [x, x], outputs: [y])
    let session = try Session(try Model(graph: graph, name: "twice"))
    let count = 1 << 17
    let x0 = try Tensor([count], (0..<count).map(Float.init))
    var plan = try session.run(on: [.init(x0.type, x0.bytes)])
    for _ in 0..<3 { plan = try session.run(on: outputs(session, plan)) }
    let result = session.output(0, of: plan).bindMemory(to: Float.self)
    #expect(result.count == 16 * count)
    #expect(result.indices.allSatisfy { result[$0] == Float($0 % count) })
  }

  /// a + 1 and 2 b: each output may lie where the other's input is to lie.
  private func states() throws -> Model {
    var graph = Graph()
    let (a, b, one, two) = (graph.makeValue(), graph.makeValue(), graph.makeValue(), graph.makeValue())
    let (sum, product) = (graph.makeValue(), graph.makeValue())
    graph.constants = [one: try Tensor([], [Float(1)]), two: try Tensor([], [Float(2)])]
    graph.inputs = [a, b].map { .init(value: $0, name: "x\($0)", element: .float32, shape: nil) }
    graph.outputs = [sum, product].map { .init(value: $0, name: "y\($0)", element: .float32, shape: nil) }
    graph.append(Arithmetic(.add), name: "sum", inputs: [a, one], outputs: [sum])
    graph.append(Arithmetic(.multiply), name: "product", inputs: [b, two], outputs: [product])
    return try Model(graph: graph, name: "states")
  }

  @Test(arguments: [false, true]) func readsItsOutputsInAnyOrder(isSwapped: Bool) throws {
    let session = try Session(try states())
    var (a, b) = ([Float](repeating: 0, count: 64), [Float](repeating: 1, count: 64))
    let first = [try Tensor([64], a), try Tensor([64], b)]
    defer { withExtendedLifetime(first) {} }
    var given = first.map { Session.Input($0.type, $0.bytes) }
    for _ in 0..<4 {
      let plan = try session.run(on: given)
      given = outputs(session, plan)
      (a, b) = (a.map { $0 + 1 }, b.map { $0 * 2 })
      #expect(given.map { Array($0.bytes.bindMemory(to: Float.self)) } == [a, b])
      if isSwapped {
        given.swapAt(0, 1)
        (a, b) = (b, a)
      }
    }
  }

  /// Without room for the copies a run is refused, and what the last one gave stays.
  @Test func countsCopiesOfItsOutputs() throws {
    let model = try states()
    let types = [TensorType(.float32, [64]), TensorType(.float32, [64])]
    let memory = try Session(model).plan(types.map { Operand($0) }).memoryBytes
    let x = try Tensor([64], [Float](repeating: 3, count: 64))
    for (room, fits) in [(2 * 256, true), (2 * 256 - 1, false)] {
      let session = try Session(model, memoryLimit: memory + room)
      let plan = try session.run(on: types.map { .init($0, x.bytes) })
      if fits {
        #expect(throws: Never.self) { try session.run(on: outputs(session, plan)) }
      } else {
        let error = #expect(throws: FacenetError.self) { try session.run(on: outputs(session, plan)) }
        #expect(error?.status == .tooLarge)
        #expect(Array(session.output(1, of: plan).bindMemory(to: Float.self)) == [Float](repeating: 6, count: 64))
      }
    }
  }

  /// Weights and a bias divided by the number of the input's values: what is packed for one size is wrong for another,
  /// in this session and in every other of the model.
  @Test(arguments: [1, 2]) func weightsMayFollowFromSizes(convolutions: Int) throws {
    var (graph, values) = (Graph(), Values(seed: 11))
    func node(_ operation: any Operator, _ inputs: [Graph.Value?]) -> Graph.Value {
      let value = graph.makeValue()
      graph.append(operation, name: "node\(value)", inputs: inputs, outputs: [value])
      return value
    }
    let x = graph.makeValue()
    graph.inputs = [.init(value: x, name: "x", element: .float32, shape: nil)]
    let sizes = node(Cast(to: .float32), [node(ShapeOf(.axes(start: 0, end: nil)), [x])])
    let count = node(Reduce(.product, keepsAxes: false), [sizes])
    var plain: [[Tensor]] = []
    for index in 0..<convolutions {
      plain.append([try values.tensor([4 + index, 3, 1, 1]), try values.tensor([4 + index])])
      let scaled = plain[index].map { tensor in
        let value = graph.makeValue()
        graph.constants[value] = tensor
        return node(Arithmetic(.divide), [value, count])
      }
      let y = node(Convolution(.init()), [x] + scaled)
      graph.outputs.append(.init(value: y, name: "y\(y)", element: .float32, shape: nil))
    }
    let model = try Model(graph: graph, name: "mean")
    for session in [try Session(model), try Session(model)] {
      for side in [2, 3, 2] {
        let x = try values.tensor([1, 3, side, side])
        for (result, constants) in zip(try session.run([x]), plain) {
          let whole = try runOperator(Convolution(.init()), [x] + constants, constants: [1, 2])[0]
          let expected = whole.values(as: Float.self).map { Double($0) / Double(x.count) }
          #expect(relativeError(result, expected) < 1e-6)
        }
      }
    }
  }

  private final class Packed: Sendable {}

  /// Every input size may ask for a variant of its own: those of the plans that a session keeps are found again, others
  /// are let go.
  @Test func keepsTheVariantsUsedLast() throws {
    let weights = PackedWeights()
    func packed(_ variant: Int, node: Int = 0) throws -> Packed {
      try weights.value(node: node, variant: AnyHashable(variant)) { Packed() }
    }
    weak var dropped: Packed?
    do {
      let first = try packed(0)
      dropped = first
      for variant in 1..<PackedWeights.keptVariants { _ = try packed(variant) }
      for variant in 0..<PackedWeights.keptVariants { _ = try packed(variant, node: 1) }
      #expect(try packed(0) === first)
      for variant in 0..<PackedWeights.keptVariants - 1 { _ = try packed(100 + variant) }
      #expect(try packed(0) === first)
      for variant in 0..<PackedWeights.keptVariants { _ = try packed(200 + variant) }
    }
    #expect(dropped == nil)
  }
}
