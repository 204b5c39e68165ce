import Core
import Graph

/// Makes the graph's operator from one node of a file; computes nothing.
///
/// Errors need not name node or file: the importer adds them.
package typealias OperatorMaker = @Sendable (NodeReader) throws(FacenetError) -> any Operator

/// Every operator of the standard's default domain that this version knows, by name.
enum OperatorTable {
  /// One dictionary a family, each in its own file under `Table/`.
  static let families: [[String: OperatorMaker]] = [
    activationOperators, arithmeticOperators, convolutionOperators, matrixOperators, movementOperators,
    normalizationOperators, poolingOperators, quantizationOperators, reductionOperators, resizingOperators,
  ]

  static let makers: [String: OperatorMaker] = families.reduce(into: [:]) { all, family in
    all.merge(family) { first, _ in first }
  }
}
