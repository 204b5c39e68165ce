import Testing

@testable import Core
@testable import Graph

/// Larger than the element it says it is.
private struct Impostor: TensorElement {
  var halves = (Int64(0), Int64(0))
  static var elementType: ElementType { .float32 }
}

@Suite struct TensorTests {
  @Test func copiesElementsInAndOut() throws {
    let numbers: [Float] = [1, 2, 3, 4, 5, 6]
    let tensor = try Tensor([2, 3], numbers)
    #expect(try tensor.array() == numbers)
    #expect((tensor.shape, tensor.count, tensor.elementType) == ([2, 3], 6, .float32))
    #expect(try Tensor([], [Int64(7)]).array() == [Int64(7)])
    #expect(try Tensor([2, 0], [Bool]()).array(of: Bool.self).isEmpty)
    #expect(try Tensor([2], [true, false]).array() == [true, false])
  }

  @Test func refusesElementsOfAnotherType() throws {
    let tensor = try Tensor([2], [Int32(1), 2])
    #expect(
      throws: FacenetError(.invalidArgument, "a tensor int32(2) does not hold elements of the type Float")
    ) { try tensor.array(of: Float.self) }
    #expect(throws: FacenetError.self) { try tensor.array(of: UInt8.self) }
  }

  @Test func refusesTypesThatOnlyClaimToBeElements() throws {
    #expect(throws: FacenetError.self) { try Tensor([1], [Impostor()]) }
    #expect(throws: FacenetError.self) { try Tensor([1], [Float(1)]).array(of: Impostor.self) }
  }

  @Test(arguments: [[3], [2, 2], [-1, -2], [], [Int.max, Int.max], [Int](repeating: 1, count: 9)])
  func refusesShapesThatDoNotFit(shape: [Int]) {
    #expect(throws: FacenetError.self) { try Tensor(shape, [Float(1), 2]) }
  }
}
