import Core
import Graph

extension ShapeRule {
  /// Reads `=0;[0.0,2*0.1+1,size]`: a shape for each output of the signature, in order.
  /// - Throws: `invalidArgument` with the place of what does not follow the rules.
  init(_ text: String, of signature: OperatorSignature, _ attributes: [OperatorAttribute]) throws(FacenetError) {
    var parser = Parser(
      scanner: try TextScanner(text, "the shape rule", limit: Self.longestText), inputCount: signature.inputs.count,
      attributes: attributes)
    shapes = try parser.shapes(count: signature.outputs.count)
  }

  private struct Parser {
    var scanner: TextScanner
    let inputCount: Int
    let attributes: [OperatorAttribute]

    mutating func shapes(count: Int) throws(FacenetError) -> [Shape] {
      var shapes: [Shape] = []
      while shapes.count < count {
        if !shapes.isEmpty, !scanner.accept(";") { throw scanner.failure("\";\" and the shapes of \(count) outputs") }
        scanner.skipSpaces()
        shapes.append(try shape())
        scanner.skipSpaces()
      }
      guard scanner.isAtEnd else { throw scanner.failure("its end after the shapes of \(count) outputs") }
      return shapes
    }

    private mutating func shape() throws(FacenetError) -> Shape {
      if scanner.accept("=") { return .asInput(try input()) }
      guard scanner.accept("[") else { throw scanner.failure("\"=\" or \"[\"") }
      scanner.skipSpaces()
      var sizes: [Size] = []
      while !scanner.accept("]") {
        if !sizes.isEmpty, !scanner.accept(",") { throw scanner.failure("\",\" or \"]\"") }
        guard sizes.count < TensorType.rankLimit else {
          throw scanner.failure("at most \(TensorType.rankLimit) sizes, so \"]\"")
        }
        sizes.append(try size())
      }
      return .sizes(sizes)
    }

    private mutating func size() throws(FacenetError) -> Size {
      var terms = [try term(isSubtracted: false)]
      while true {
        if scanner.accept("+") {
          terms.append(try term(isSubtracted: false))
        } else if scanner.accept("-") {
          terms.append(try term(isSubtracted: true))
        } else {
          return terms
        }
      }
    }

    private mutating func term(isSubtracted: Bool) throws(FacenetError) -> Term {
      var factors = [(isDivisor: false, factor: try factor())]
      while true {
        if scanner.accept("*") {
          factors.append((false, try factor()))
        } else if scanner.accept("/") {
          factors.append((true, try factor()))
        } else {
          return Term(isSubtracted: isSubtracted, factors: factors)
        }
      }
    }

    private mutating func factor() throws(FacenetError) -> Factor {
      scanner.skipSpaces()
      defer { scanner.skipSpaces() }
      guard scanner.hasDigit else { return .attribute(try attribute()) }
      let start = scanner
      let number = try scanner.integer("a number", in: 0...TensorType.elementLimit)
      guard scanner.accept(".") else { return .number(number) }
      guard number < inputCount else { throw start.failure("the number of one of \(inputCount) inputs") }
      return .dimension(input: number, axis: try scanner.integer("a dimension", in: 0...TensorType.rankLimit - 1))
    }

    private mutating func input() throws(FacenetError) -> Int {
      let start = scanner
      let number = try scanner.integer("the number of an input", in: 0...OperatorSignature.mostParameters - 1)
      guard number < inputCount else { throw start.failure("the number of one of \(inputCount) inputs") }
      return number
    }

    private mutating func attribute() throws(FacenetError) -> Int {
      let start = scanner
      let name = scanner.word(\.isOfIdentifier)
      guard let index = attributes.firstIndex(where: { $0.name == name && $0.isInteger }) else {
        throw start.failure("a number, a dimension as in 0.1 or an attribute that is a whole number")
      }
      return index
    }
  }
}
