import TestSupport
import Testing

@testable import Core
@testable import Graph
@testable import ONNX

/// Every operator of the table with inputs and attributes some of which are wrong: an error is an answer, a trap is not.
@Suite struct OperatorFuzzTests {
  private static let memory = 1 << 22

  @Test func examplesRun() throws {
    let examples = try OperatorExample.all()
    for example in examples {
      for constants in [false, true] {
        var dice = Dice(seed: 1)
        let (model, inputs) = example.model(constants: constants ? 100 : 0, &dice)
        #expect(throws: Never.self, "\(example.operation) \(example.attributes)") { try run(model, inputs, threads: 2) }
      }
    }
    #expect(Set(examples.map(\.operation)) == Set(OperatorTable.makers.keys))
  }

  @Test(arguments: [UInt64(1), 2, 3, 4]) func survivesWhatIsWrong(seed: UInt64) throws {
    var dice = Dice(seed: seed)
    let examples = try OperatorExample.all()
    var ran = 0
    for _ in 0..<8000 {
      var example = dice.one(of: examples)
      for _ in 0..<1 + dice.below(3) { try dice.spoil(&example) }
      var (model, inputs) = example.model(constants: dice.one(of: [0, 50, 100]), &dice)
      if dice.happens(50) { try dice.extend(&model, &inputs, with: dice.one(of: examples)) }
      if (try? run(model, inputs, threads: 1 + dice.below(3))) != nil { ran += 1 }
    }
    #expect(ran > 200, "the models must be good enough for some of them to run")
  }

  private func run(_ model: ModelWriter, _ inputs: [Tensor], threads: Int) throws(FacenetError) {
    let session = try Session(model.load(limit: Self.memory), threads: threads, memoryLimit: Self.memory)
    _ = try session.run(inputs)
  }
}

extension OperatorExample {
  /// The node as a model, and the inputs that are not constants of it.
  /// - Parameter constants: the share of the inputs that are, in percent.
  func model(constants: Int, _ dice: inout Dice) -> (ModelWriter, [Tensor]) {
    var model = ModelWriter()
    model.opset = opset
    var given: [Tensor] = []
    append(to: &model, &given, from: nil, constants: constants, &dice)
    return (model, given)
  }

  /// - Parameter source: the value that takes the place of the first input.
  func append(
    to model: inout ModelWriter, _ given: inout [Tensor], from source: String?, constants: Int, _ dice: inout Dice
  ) {
    let step = model.nodes.count
    var names: [String] = []
    for (position, tensor) in inputs.enumerated() {
      if position == 0, let source {
        names.append(source)
        continue
      }
      names.append(tensor == nil ? "" : "\(step)-\(position)")
      guard let tensor else { continue }
      if dice.happens(constants) {
        model.initializers.append(.init(names[position], tensor))
      } else {
        model.inputs.append(.init(name: names[position], element: tensor.type.element))
        given.append(tensor)
      }
    }
    let outputs = (0..<(dice.happens(15) || operation == "Split" ? 2 : 1)).map { "\(step)=\($0)" }
    model.nodes.append(.init(operation: operation, inputs: names, outputs: outputs, attributes: attributes))
    model.outputs += outputs
  }
}

extension Dice {
  private static let words = [
    "SAME_UPPER", "SAME_LOWER", "VALID", "constant", "reflect", "edge", "wrap", "nearest", "linear", "cubic", "tanh",
    "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize",
    "round_prefer_ceil", "floor", "ceil", "not_larger", "not_smaller", "",
  ]

  /// Makes one thing of a node wrong, or only different.
  fileprivate mutating func spoil(_ example: inout OperatorExample) throws {
    let position = example.inputs.isEmpty ? nil : below(example.inputs.count)
    switch below(8) {
    case 0, 1, 2: spoilAttribute(of: &example)
    case 3: example.opset = one(of: [7, 9, 10, 11, 12, 13, 17, 18, 19, 21])
    case 4: example.inputs.append(try tensor(.float32, shape(upTo: 4)))
    case 5: if let position { example.inputs[position] = try other(than: example.inputs[position]) }
    case 6: if let position, let tensor = example.inputs[position] { example.inputs[position] = try respelled(tensor) }
    default: if happens(30) { example.inputs = example.inputs.dropLast() }
    }
  }

  private mutating func spoilAttribute(of example: inout OperatorExample) {
    let names = AttributeNames.all[example.operation] ?? []
    guard !names.isEmpty else { return }
    let (name, kind) = one(of: names)
    switch example.attributes[name] ?? kind {
    case .integer: example.attributes[name] = .integer(integer())
    case .integers(let old) where happens(60) && !old.isEmpty:
      var values = old
      values[below(old.count)] = integer()
      example.attributes[name] = .integers(values)
    case .integers: example.attributes[name] = .integers(integers(upTo: 6))
    case .float: example.attributes[name] = .float(float())
    case .floats: example.attributes[name] = .floats((0..<below(6)).map { _ in float() })
    default: example.attributes[name] = .string(one(of: Self.words))
    }
  }

  /// A tensor of another shape, or of another type too, or none.
  private mutating func other(than tensor: Tensor?) throws -> Tensor? {
    guard let tensor, !happens(15) else { return nil }
    let element = happens(30) ? one(of: [.float32, .int8, .uint8, .int32, .int64, .bool]) : tensor.type.element
    var shape = tensor.shape
    switch below(5) {
    case 4: shape = [0, 1 << (12 + below(14)), 1 + below(4), 1 + below(4)].shuffled(using: &self)
    case 0: shape = self.shape(upTo: 5)
    case 1: shape.insert(1 + below(3), at: below(shape.count + 1))
    case 2: if !shape.isEmpty { shape.remove(at: below(shape.count)) }
    default: if !shape.isEmpty { shape[below(shape.count)] = below(6) }
    }
    return shape.reduce(1, *) <= 1 << 12 ? try self.tensor(element, shape) : tensor
  }

  /// A tensor of the same type and other values.
  private mutating func respelled(_ tensor: Tensor) throws -> Tensor {
    try self.tensor(tensor.type.element, tensor.shape)
  }

  /// Puts another node behind the last.
  fileprivate mutating func extend(
    _ model: inout ModelWriter, _ given: inout [Tensor], with example: OperatorExample
  ) throws {
    example.append(to: &model, &given, from: model.nodes[0].outputs[0], constants: 50, &self)
    if happens(50) { model.outputs.removeFirst() }
  }
}

/// What each operator of the table asks its node for, with a value of the kind it takes.
private enum AttributeNames {
  static let all: [String: [(name: String, value: AttributeValue)]] = OperatorTable.makers.reduce(into: [:]) {
    all, maker in
    var names: Set<String> = []
    for opset in [7, 10, 13, 21] {
      for kind in kinds {
        names.formUnion(asked(maker.value, opset, Dictionary(uniqueKeysWithValues: names.map { ($0, kind) })))
      }
    }
    all[maker.key] = names.sorted().map { name in
      (name, kinds.first { takes($0, as: name, maker.value) } ?? .integer(1))
    }
  }

  private static let kinds: [AttributeValue] = [
    .integer(1), .integers([1]), .float(1), .floats([1]), .string("linear"),
  ]

  private static func asked(_ make: OperatorMaker, _ opset: Int, _ attributes: [String: AttributeValue]) -> Set<String>
  {
    let reader = NodeReader(operation: "", name: "", opset: opset, inputCount: 2, attributes: attributes)
    _ = try? make(reader)
    return reader.asked
  }

  private static func takes(_ value: AttributeValue, as name: String, _ make: OperatorMaker) -> Bool {
    let reader = NodeReader(operation: "", name: "", opset: 13, inputCount: 2, attributes: [name: value])
    do throws(FacenetError) { _ = try make(reader) } catch {
      return !error.message.hasPrefix("the attribute '\(name)' is \(value.kind)")
    }
    return true
  }
}
