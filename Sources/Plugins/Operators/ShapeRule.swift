import Core
import Graph

/// The shape of each output as it follows from the inputs' shapes and from attributes: what `shape` of `facenet_operator`
/// says. Immutable: any thread.
struct ShapeRule: Sendable {
  /// The shape of one output.
  enum Shape: Sendable {
    case asInput(Int)
    case sizes([Size])
  }

  /// Terms that are added up.
  typealias Size = [Term]

  struct Term: Sendable {
    var isSubtracted: Bool
    /// Multiplied and divided from left to right; the first is no divisor.
    var factors: [(isDivisor: Bool, factor: Factor)]
  }

  enum Factor: Sendable {
    case number(Int)
    case dimension(input: Int, axis: Int)
    case attribute(Int)
  }

  static let longestText = 1024

  let shapes: [Shape]

  /// All outputs as input 0.
  init(of signature: OperatorSignature) throws(FacenetError) {
    guard !signature.inputs.isEmpty else {
      throw FacenetError(
        .invalidArgument, "a shape is missing: \"\(signature.text)\" has no input that its outputs could be like")
    }
    shapes = signature.outputs.map { _ in .asInput(0) }
  }

  /// The shapes of a node's outputs, at least zero in each dimension.
  /// - Parameters:
  ///   - inputs: shapes.
  ///   - attributes: values; those that are whole numbers are read.
  /// - Throws: `invalidArgument` where there is no such dimension, a size is negative or a divisor 0; `tooLarge`.
  func resolved(_ inputs: [[Int]], _ attributes: [OperatorAttribute.Value]) throws(FacenetError) -> [[Int]] {
    var result: [[Int]] = []
    for shape in shapes {
      switch shape {
      case .asInput(let input): result.append(inputs[input])
      case .sizes(let sizes):
        var resolved: [Int] = []
        for size in sizes { resolved.append(try Self.value(size, inputs, attributes)) }
        result.append(resolved)
      }
    }
    return result
  }

  private static func value(_ size: Size, _ inputs: [[Int]], _ attributes: [OperatorAttribute.Value])
    throws(FacenetError) -> Int
  {
    var sum = 0
    for term in size {
      var product = 1
      for (isDivisor, factor) in term.factors {
        let value = try value(factor, inputs, attributes)
        guard !isDivisor || value != 0 else {
          throw FacenetError(.invalidArgument, "its shape rule divides by 0")
        }
        product = try checked(
          isDivisor ? product.dividedReportingOverflow(by: value) : product.multipliedReportingOverflow(by: value))
      }
      sum = try checked(
        term.isSubtracted ? sum.subtractingReportingOverflow(product) : sum.addingReportingOverflow(product))
    }
    guard sum >= 0 else { throw FacenetError(.invalidArgument, "its shape rule gives a size of \(sum)") }
    return sum
  }

  private static func checked(_ result: (partialValue: Int, overflow: Bool)) throws(FacenetError) -> Int {
    guard !result.overflow else { throw FacenetError(.tooLarge, "its shape rule gives a size beyond 2^63") }
    return result.partialValue
  }

  private static func value(_ factor: Factor, _ inputs: [[Int]], _ attributes: [OperatorAttribute.Value])
    throws(FacenetError) -> Int
  {
    switch factor {
    case .number(let value): return value
    case .attribute(let index):
      guard case .integer(let value) = attributes[index] else { preconditionFailure("checked when it was parsed") }
      return value
    case .dimension(let input, let axis):
      guard axis < inputs[input].count else {
        throw FacenetError(
          .invalidArgument, "its shape rule wants dimension \(axis) of input \(input), whose shape is \(inputs[input])")
      }
      return inputs[input][axis]
    }
  }
}
