import Core
import Graph

/// Makes the graph's operator from one node of a file; computes nothing.
///
/// Errors need not name node or file: the importer adds them.
package typealias OperatorMaker = @Sendable (NodeReader) throws(FacenetError) -> any Operator

/// An operator that files may name.
package struct OperatorDefinition: Sendable {
  /// The first version of its domain's operator set that has it as it is made here.
  package let since: Int
  package let make: OperatorMaker

  package init(since: Int = 1, _ make: @escaping OperatorMaker) {
    (self.since, self.make) = (since, make)
  }
}

/// Every operator that this version knows and those that plugins brought.
package enum OperatorTable {
  /// The standard's default domain.
  package static let domain = "ai.onnx"

  /// By `domain::Name`.
  package static let registry = Registry<OperatorDefinition>(
    kind: "operator",
    builtIn: makers.reduce(into: [:]) { all, item in all["\(domain)::\(item.key)"] = OperatorDefinition(item.value) })

  /// One dictionary a family of the default domain, each in its own file under `Table/`.
  static let families: [[String: OperatorMaker]] = [
    activationOperators, arithmeticOperators, convolutionOperators, matrixOperators, movementOperators,
    normalizationOperators, poolingOperators, quantizationOperators, reductionOperators, resizingOperators,
  ]

  /// Those of the default domain, by name.
  static let makers: [String: OperatorMaker] = families.reduce(into: [:]) { all, family in
    all.merge(family) { first, _ in first }
  }
}
