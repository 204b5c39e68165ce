import Core

/// An attribute of a foreign operator: its name in the model's file and how the function gets it. Immutable: any thread.
struct OperatorAttribute: Sendable, Hashable {
  /// What a node has bound it to.
  enum Value: Sendable, Hashable {
    case integer(Int)
    case number(Double)
  }

  static let longestText = 1024
  static let longestName = 64

  let name: String
  let passed: OperatorSignature.Passed
  /// Nil where every node has to give it.
  let fallback: Value?

  var isInteger: Bool { passed == .int64 || passed == .int32 }

  /// Reads `alpha=0.01,beta`: a name for each attribute of the signature, in order.
  /// - Throws: `invalidArgument` with the place of what does not follow the rules.
  static func list(_ text: String, of signature: OperatorSignature) throws(FacenetError) -> [OperatorAttribute] {
    var scanner = try TextScanner(text, "the attributes", limit: longestText)
    var attributes: [OperatorAttribute] = []
    scanner.skipSpaces()
    while !scanner.isAtEnd {
      if !attributes.isEmpty { try scanner.require(",") }
      scanner.skipSpaces()
      guard attributes.count < signature.attributes.count else {
        throw scanner.failure(
          "\(signature.attributes.count) names, as \"\(signature.text)\" has f, g and i, so the end")
      }
      let attribute = try OperatorAttribute(&scanner, passed: signature.attributes[attributes.count])
      guard !attributes.contains(where: { $0.name == attribute.name }) else {
        throw FacenetError(.invalidArgument, "\(scanner.name): \(attribute.name) is named twice")
      }
      attributes.append(attribute)
      scanner.skipSpaces()
    }
    guard attributes.count == signature.attributes.count else {
      throw scanner.failure("\(signature.attributes.count) names, as \"\(signature.text)\" has f, g and i,")
    }
    return attributes
  }

  private init(_ scanner: inout TextScanner, passed: OperatorSignature.Passed) throws(FacenetError) {
    self.passed = passed
    guard !scanner.hasDigit else { throw scanner.failure("a letter of a name") }
    let start = scanner
    name = scanner.word(\.isOfIdentifier)
    guard (1...Self.longestName).contains(name.utf8.count) else {
      throw start.failure("a name of 1 to \(Self.longestName) letters, digits and _")
    }
    guard scanner.accept("=") else {
      fallback = nil
      return
    }
    if passed == .int64 || passed == .int32 {
      fallback = .integer(try scanner.integer("a number", in: Self.range(passed)))
    } else {
      fallback = .number(try Self.number(&scanner))
    }
  }

  private static func number(_ scanner: inout TextScanner) throws(FacenetError) -> Double {
    let start = scanner
    let word = scanner.word { $0.isDigit || "+-.eE".contains($0) }
    guard let value = Double(word), Float(value).isFinite else { throw start.failure("a float, as in 0.01,") }
    return value
  }

  /// The whole numbers that can be passed.
  static func range(_ passed: OperatorSignature.Passed) -> ClosedRange<Int> {
    passed == .int32 ? Int(Int32.min)...Int(Int32.max) : Int.min...Int.max
  }
}
