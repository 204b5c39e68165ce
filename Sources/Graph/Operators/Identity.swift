import Core

/// The input itself: Identity, and Dropout when nothing is trained.
package struct Identity: Operator {
  package let name: String

  package init(name: String = "Identity") { self.name = name }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] { [inputs[0]!.type] }
  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }
  package func kernel(_ site: Site) throws(FacenetError) -> Kernel { .alias }
}
