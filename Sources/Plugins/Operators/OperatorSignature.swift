import Core
import Graph

/// How a C function is called as an operator of a graph: what `signature` of `facenet_operator` says, whose comment
/// explains the letters. Immutable: any thread.
struct OperatorSignature: Sendable, Hashable {
  /// What C passes for a parameter or gets for a result. `size_t` and `int64_t` go the same way.
  enum Passed: Sendable, Hashable {
    case pointer, int64, int32, float, double
  }

  /// An input of the graph's node, or an output.
  enum Place: Sendable, Hashable {
    case input(Int)
    case output(Int)
  }

  /// A number that follows from a tensor's shape.
  enum Size: Sendable, Hashable {
    case elements, rows, columns, rowStride, rank
    case dimension(Int)
  }

  enum Meaning: Sendable, Hashable {
    case tensor(Place)
    case size(Size, of: Place)
    case shape(of: Place)
    case constant(Int)
    case attribute(Int)
    case component
  }

  struct Parameter: Sendable, Hashable {
    let meaning: Meaning
    let passed: Passed
  }

  enum Result: Sendable, Hashable {
    case nothing
    case status
    /// The first output's only element, or where ``isElementwise`` each of its elements.
    case value(Passed)
  }

  struct Output: Sendable, Hashable {
    let element: ElementType
    /// The input of which it holds a copy before the call.
    var copied: Int?
  }

  static let longestText = 256
  static let mostParameters = 32

  let text: String
  /// Whether the function is called once for each element instead of once.
  var isElementwise = false
  var result = Result.nothing
  var parameters: [Parameter] = []
  var inputs: [ElementType] = []
  var outputs: [Output] = []
  /// How each attribute is passed, in their order.
  var attributes: [Passed] = []

  /// - Throws: `invalidArgument` with the place of what does not follow the rules.
  init(_ text: String) throws(FacenetError) {
    self.text = text
    var parser = try SignatureParser(text)
    try parser.parse(into: &self)
  }
}
