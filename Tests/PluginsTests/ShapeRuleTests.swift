import Core
import Testing

@testable import Plugins

/// Shapes of outputs from shapes of inputs.
@Suite struct ShapeRuleTests {
  private func shape(_ text: String, _ inputs: [[Int]], size: Int = 3) throws -> [Int] {
    let signature = try OperatorSignature(String(repeating: "X", count: inputs.count) + "Yi")
    let attributes = try OperatorAttribute.list("size", of: signature)
    return try ShapeRule(text, of: signature, attributes).resolved(inputs, [.integer(size)])[0]
  }

  @Test func followsItsArithmetic() throws {
    #expect(try shape("=1", [[2], [4, 5]]) == [4, 5])
    #expect(try shape("[]", [[2]]) == [])
    #expect(try shape("[0.0,512,1.1]", [[2, 7], [4, 5]]) == [2, 512, 5])
    #expect(try shape("[ 0.0 + 1.0 , 2 * 0.1 - 1 ]", [[2, 7], [4, 5]]) == [6, 13])
    #expect(try shape("[0.0/2*3]", [[5]]) == [6])
    #expect(try shape("[0.0+2*1-size/1+1,size]", [[5]], size: 4) == [4, 4])
    #expect(try shape("[0.0-0.0]", [[5]]) == [0])
  }

  @Test(arguments: [
    ("[0.1]", Status.invalidArgument, "its shape rule wants dimension 1 of input 0, whose shape is [5]"),
    ("[1-0.0]", .invalidArgument, "its shape rule gives a size of -4"),
    ("[0.0/size]", .invalidArgument, "its shape rule divides by 0"),
    ("[2147483648*2147483648*2147483648]", .tooLarge, "its shape rule gives a size beyond 2^63"),
  ]) func refusesWhatIsNoSize(text: String, status: Status, sentence: String) {
    #expect(throws: FacenetError(status, sentence)) { try shape(text, [[5]], size: 0) }
  }

  @Test func neverOverflowsOnAttributesOfAnySize() {
    for size in [Int.min, Int.min + 1, -1, 0, 1, Int.max] {
      for text in ["[size]", "[0-size]", "[size*size]", "[size/0.0]", "[0.0/size]", "[size-1]", "[size+1]"] {
        if let shape = try? shape(text, [[1]], size: size) { #expect(shape[0] >= 0) }
      }
    }
  }

  @Test func isLikeInput0UnlessToldOtherwise() throws {
    let rule = try ShapeRule(of: OperatorSignature("XXYT"))
    #expect(try rule.resolved([[2, 3], [7]], []) == [[2, 3], [2, 3]])
    let sentence = "a shape is missing: \"Yi\" has no input that its outputs could be like"
    #expect(throws: FacenetError(.invalidArgument, sentence)) { try ShapeRule(of: OperatorSignature("Yi")) }
  }
}
