import Core

/// The input itself: ONNX `Identity`.
package struct Identity: Operator {
  package init() {}

  package var name: String { "Identity" }
  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] { [inputs[0]!.type] }
  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }
  package func kernel(_ site: Site) throws(FacenetError) -> Kernel { .alias }
}
