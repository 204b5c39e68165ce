import Testing

@testable import Core
@testable import Graph
@testable import ONNX

@Suite struct NodeReaderTests {
  private func reader(_ attributes: [String: AttributeValue]) -> NodeReader {
    NodeReader(operation: "Test", name: "node", opset: 13, attributes: attributes)
  }

  @Test func readsEachKindAndItsDefault() throws {
    let node = reader(["axis": .integer(-1), "pads": .integers([1, 2]), "alpha": .float(0.5), "mode": .string("edge")])
    #expect(try node.integer("axis", default: 0) == -1)
    #expect(try node.integers("pads") == [1, 2])
    #expect(try node.float("alpha", default: nil) == 0.5)
    #expect(try node.string("mode", default: "constant") == "edge")
    #expect(try node.integer("group", default: 1) == 1)
    #expect(try node.floats("scales") == nil)
    try node.finish()
  }

  @Test func refusesWhatNobodyAskedFor() throws {
    let node = reader(["axis": .integer(1), "training_mode": .integer(1), "seed": .integer(3)])
    _ = try node.integer("axis", default: 0)
    node.ignore("seed")
    #expect(
      throws: FacenetError(.unsupported, "the attribute 'training_mode' is not supported in opset 13")
    ) { try node.finish() }
  }

  @Test func refusesMissingAndWronglyTyped() {
    let node = reader(["axis": .float(1)])
    #expect(throws: FacenetError(.corrupt, "the attribute 'axis' is a float, wanted an integer")) {
      try node.integer("axis", default: 0)
    }
    #expect(throws: FacenetError(.corrupt, "the attribute 'to' is missing")) { try node.integer("to", default: nil) }
  }

  @Test func noOperatorStandsInTwoFamilies() {
    #expect(OperatorTable.families.reduce(0) { $0 + $1.count } == OperatorTable.makers.count)
  }
}
