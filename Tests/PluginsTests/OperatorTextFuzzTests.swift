import Core
import ForeignFunctions
import Graph
import ONNX
import TestSupport
import Testing

@testable import Plugins

/// Texts of operators that were right before something in them was changed, and the calls that they describe: an error is
/// an answer, a trap is not. The function called does nothing, whatever it is given.
@Suite struct OperatorTextFuzzTests {
  private struct Text {
    var signature: String
    var attributes: String
    var shape: String?
  }

  @Test func survivesTheKnownTexts() throws {
    var dice = Dice(seed: 1)
    var runs = 0
    for text in try seeds() {
      for _ in 0..<20 where try survives(text, &dice) { runs += 1 }
    }
    #expect(runs > 100, "most of the texts must be good enough to run")
  }

  @Test func survivesChangedTexts() throws {
    var dice = Dice(seed: 2)
    let seeds = try seeds()
    var runs = 0
    for _ in 0..<4000 {
      var text = dice.one(of: seeds)
      for _ in 0...dice.below(3) {
        switch dice.below(4) {
        case 0: text.attributes = dice.changed(text.attributes, "ab=,.0123-+e_ ")
        case 1: text.shape = text.shape.map { dice.changed($0, "=[];,.+-*/0123456789abc ") }
        default: text.signature = dice.changed(text.signature, "XYSTZnmcsrdhfgikpw*!=0123.- ")
        }
      }
      if try survives(text, &dice) { runs += 1 }
    }
    #expect(runs > 200, "the texts must be good enough for some of them to run")
  }

  @Test func survivesRandomTexts() {
    var dice = Dice(seed: 3)
    for length in 0..<5000 {
      let bytes = (0..<length % 300).map { _ in UInt8(dice.below(256)) }
      _ = try? OperatorSignature(String(decoding: bytes, as: UTF8.self))
      let letters = (0..<length % 40).map { _ in dice.one(of: Array("XYSTZnmcsrdhfgikpw*!=01.-")) }
      _ = try? OperatorSignature(String(letters))
    }
  }

  /// Whether a model with such an operator ran.
  private func survives(_ text: Text, _ dice: inout Dice) throws -> Bool {
    guard
      let name = try? operatorOf("nothing", text.signature, attributes: text.attributes, shape: text.shape)
    else { return false }
    let signature = try OperatorSignature(text.signature)
    #expect(signature.parameters.count <= OperatorSignature.mostParameters && !signature.outputs.isEmpty)
    let common = dice.shape()
    var inputs: [Tensor] = []
    for element in signature.inputs {
      let shape = dice.happens(70) ? common : dice.shape()
      let count = shape.reduce(1, *)
      inputs.append(
        element == .int64
          ? try Tensor(shape, (0..<count).map { _ in Int64(dice.below(9)) })
          : try Tensor(shape, (0..<count).map { _ in Float(dice.below(9)) }))
    }
    var model = OperatorModel(operation: name, inputs: inputs, outputCount: 1 + dice.below(signature.outputs.count))
    for attribute in try OperatorAttribute.list(text.attributes, of: signature) where dice.happens(80) {
      let value = dice.one(of: [0, 1, 2, -1, 7, .max, .min])
      model.attributes[attribute.name] = attribute.isInteger ? .integer(value) : .float(Float(value))
    }
    return (try? Session(model.load(), memoryLimit: 1 << 24).run(inputs)) != nil
  }

  /// The lines of fuzz/signatures.txt.
  private func seeds() throws -> [Text] {
    let bytes = try File.read(#require(TestFiles.path("fuzz/signatures.txt")))
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
    return lines.map { line in
      let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      return Text(signature: parts[0], attributes: parts[1], shape: parts[2].isEmpty ? nil : parts[2])
    }
  }
}

extension Dice {
  fileprivate mutating func shape() -> [Int] { (0..<below(4)).map { _ in happens(10) ? 0 : 1 + below(4) } }

  /// One character taken out, put in, doubled or replaced.
  fileprivate mutating func changed(_ text: String, _ alphabet: String) -> String {
    var characters = Array(text)
    let place = below(characters.count + 1)
    let letter = one(of: Array(alphabet))
    switch below(3) {
    case 0 where place < characters.count: characters.remove(at: place)
    case 1 where place < characters.count: characters[place] = letter
    default: characters.insert(letter, at: place)
    }
    return String(characters)
  }
}
