import Core
import Graph

/// Reads the letters of an operator's signature.
struct SignatureParser {
  private var scanner: TextScanner
  private var place: OperatorSignature.Place?
  /// The largest number of an input that a letter names, to be checked when all inputs are known.
  private var namedInput = -1

  init(_ text: String) throws(FacenetError) {
    scanner = try TextScanner(text, "the signature", limit: OperatorSignature.longestText)
  }

  mutating func parse(into signature: inout OperatorSignature) throws(FacenetError) {
    scanner.skipSpaces()
    signature.isElementwise = scanner.accept("*")
    try parseResult(&signature)
    scanner.skipSpaces()
    while !scanner.isAtEnd {
      guard signature.parameters.count < OperatorSignature.mostParameters else {
        throw scanner.failure("at most \(OperatorSignature.mostParameters) parameters, so the end")
      }
      let parameter = try parameter(&signature)
      signature.parameters.append(parameter)
      scanner.skipSpaces()
    }
    try check(signature)
  }

  private mutating func parseResult(_ signature: inout OperatorSignature) throws(FacenetError) {
    scanner.skipSpaces()
    if scanner.accept("!") {
      signature.result = .status
    } else if scanner.accept("=") {
      let isWord = scanner.accept("w")
      if scanner.accept("T") {
        signature.outputs = [.init(element: .int64)]
        signature.result = .value(isWord ? .int32 : .int64)
      } else if !isWord, scanner.accept("Y") {
        signature.outputs = [.init(element: .float32)]
        signature.result = .value(.float)
      } else {
        throw scanner.failure(isWord ? "T" : "Y, T or wT")
      }
    }
  }

  private mutating func parameter(_ signature: inout OperatorSignature) throws(FacenetError)
    -> OperatorSignature.Parameter
  {
    if scanner.accept("w") { return try word(&signature) }
    if let parameter = try tensor(&signature) { return parameter }
    if scanner.accept("h") { return .init(meaning: .shape(of: try tensorOfSize()), passed: .pointer) }
    if scanner.accept("p") { return .init(meaning: .component, passed: .pointer) }
    if scanner.accept("f") { return attribute(.float, &signature) }
    if scanner.accept("g") { return attribute(.double, &signature) }
    if let parameter = try whole(.int64, &signature) { return parameter }
    throw scanner.failure("one of X Y S T Z n m c s r d h f g i k p w")
  }

  /// What follows w.
  private mutating func word(_ signature: inout OperatorSignature) throws(FacenetError) -> OperatorSignature.Parameter {
    if signature.isElementwise, scanner.accept("S") { return input(.int64, passed: .int32, &signature) }
    if let parameter = try whole(.int32, &signature) { return parameter }
    throw scanner.failure(signature.isElementwise ? "one of n m c s r d i k S" : "one of n m c s r d i k")
  }

  private mutating func tensor(_ signature: inout OperatorSignature) throws(FacenetError)
    -> OperatorSignature.Parameter?
  {
    let isElementwise = signature.isElementwise
    if scanner.accept("X") { return input(.float32, passed: isElementwise ? .float : .pointer, &signature) }
    if scanner.accept("S") { return input(.int64, passed: isElementwise ? .int64 : .pointer, &signature) }
    if scanner.accept("Y") { return output(.init(element: .float32), &signature) }
    if scanner.accept("T") { return output(.init(element: .int64), &signature) }
    guard scanner.accept("Z") else { return nil }
    signature.inputs.append(.float32)
    return output(.init(element: .float32, copied: signature.inputs.count - 1), &signature)
  }

  private mutating func input(
    _ element: ElementType, passed: OperatorSignature.Passed, _ signature: inout OperatorSignature
  ) -> OperatorSignature.Parameter {
    signature.inputs.append(element)
    let place = OperatorSignature.Place.input(signature.inputs.count - 1)
    self.place = place
    return .init(meaning: .tensor(place), passed: passed)
  }

  private mutating func output(_ output: OperatorSignature.Output, _ signature: inout OperatorSignature)
    -> OperatorSignature.Parameter
  {
    signature.outputs.append(output)
    let place = OperatorSignature.Place.output(signature.outputs.count - 1)
    self.place = place
    return .init(meaning: .tensor(place), passed: .pointer)
  }

  /// A letter that is a whole number, of 32 or 64 bits.
  private mutating func whole(_ passed: OperatorSignature.Passed, _ signature: inout OperatorSignature)
    throws(FacenetError) -> OperatorSignature.Parameter?
  {
    if scanner.accept("i") { return attribute(passed, &signature) }
    if scanner.accept("k") {
      let range = passed == .int32 ? Int(Int32.min)...Int(Int32.max) : Int.min...Int.max
      return .init(meaning: .constant(try scanner.integer("a number", in: range)), passed: passed)
    }
    let sizes: [(Character, OperatorSignature.Size)] = [
      ("n", .elements), ("m", .rows), ("c", .columns), ("s", .rowStride), ("r", .rank),
    ]
    for (letter, size) in sizes where scanner.accept(letter) {
      return .init(meaning: .size(size, of: try tensorOfSize()), passed: passed)
    }
    guard scanner.accept("d") else { return nil }
    let place = try tensorOfSize()
    try scanner.require(".")
    let axis = try scanner.integer("a dimension", in: 0...TensorType.rankLimit - 1)
    return .init(meaning: .size(.dimension(axis), of: place), passed: passed)
  }

  private mutating func attribute(_ passed: OperatorSignature.Passed, _ signature: inout OperatorSignature)
    -> OperatorSignature.Parameter
  {
    signature.attributes.append(passed)
    return .init(meaning: .attribute(signature.attributes.count - 1), passed: passed)
  }

  /// The tensor that a size is of: the input whose number follows, else the tensor before, else input 0.
  private mutating func tensorOfSize() throws(FacenetError) -> OperatorSignature.Place {
    guard scanner.hasDigit || place == nil else { return place! }
    let number =
      scanner.hasDigit
      ? try scanner.integer("the number of an input", in: 0...OperatorSignature.mostParameters - 1) : 0
    namedInput = max(namedInput, number)
    return .input(number)
  }

  private func check(_ signature: OperatorSignature) throws(FacenetError) {
    guard !signature.outputs.isEmpty else {
      throw FacenetError(.invalidArgument, "\(scanner.name): it has no output (Y, T, Z or a first =)")
    }
    guard namedInput < signature.inputs.count else {
      throw FacenetError(
        .invalidArgument,
        "\(scanner.name): a size of input \(namedInput) is wanted, but it has \(signature.inputs.count) inputs")
    }
    guard !signature.isElementwise || !signature.inputs.isEmpty else {
      throw FacenetError(
        .invalidArgument, "\(scanner.name): a function that is called for each element needs an input (X, S or Z)")
    }
  }
}
